import { bytes, embedded, float, integer, message, serialize, string } from './protobuf.ts';
import type { Message } from './protobuf.ts';

/*
 * The few messages of an ONNX model that an encoder needs. Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 8, which came with operator set 17).
 */
const IR_VERSION = 8;
const OPERATOR_SET = 17;

const TENSOR_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
const ATTRIBUTE_TYPES = { float: 1, integer: 2, integers: 7 } as const;

type TensorType = keyof typeof TENSOR_TYPES;

/** A dimension's length, or the name of one that is known only when the model runs. */
export type Dimension = number | string;

/**
 * What a node is told beside its inputs. A fraction needs `{ float }`: JavaScript has no way to tell 1.0 from 1. A type of
 * numbers is told as `{ type }`.
 */
export type Attribute = number | readonly number[] | { readonly float: number } | { readonly type: TensorType };

function attribute(name: string, value: Attribute): Message {
  const TYPE = 20;
  if (typeof value === 'number') {
    return message(string(1, name), integer(3, value), integer(TYPE, ATTRIBUTE_TYPES.integer));
  }
  if ('type' in value) return attribute(name, TENSOR_TYPES[value.type]);
  if ('float' in value) {
    return message(string(1, name), float(2, value.float), integer(TYPE, ATTRIBUTE_TYPES.float));
  }
  const items = value.map((item) => integer(8, item));
  return message(string(1, name), ...items, integer(TYPE, ATTRIBUTE_TYPES.integers));
}

function valueInfo(name: string, type: TensorType, shape: readonly Dimension[]): Message {
  const dimensions = shape.map((size) => embedded(1, typeof size === 'number' ? integer(1, size) : string(2, size)));
  const tensor = message(integer(1, TENSOR_TYPES[type]), embedded(2, message(...dimensions)));
  return message(string(1, name), embedded(2, embedded(1, tensor)));
}

/** Collects the parts of an ONNX graph in the order they run. Every method gives the name of the value it made. */
export interface OnnxGraph {
  input(name: string, type: TensorType, shape: readonly Dimension[]): string;
  /** A constant tensor. `data` is little-endian, row by row, and is not copied before `serialize`. */
  constant(name: string, type: TensorType, shape: readonly number[], data: Uint8Array): string;
  /** Constant whole numbers (int64), negative ones allowed: a list, or with the shape `[]` a single one. */
  integers(name: string, values: readonly number[], shape?: readonly number[]): string;
  /** One constant number (float32). */
  float(name: string, value: number): string;
  /** One operator with one output. Outputs are named after the operator and counted. */
  node(operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** Makes a value one of the model's results. */
  output(name: string, type: TensorType, shape: readonly Dimension[]): string;
  /** The model's bytes. */
  serialize(): Uint8Array<ArrayBuffer>;
}

/** An empty graph. `name` is what runtimes show in their messages. */
export function onnxGraph(name: string): OnnxGraph {
  const nodes: Message[] = [];
  const constants: Message[] = [];
  const inputs: Message[] = [];
  const outputs: Message[] = [];

  const constant: OnnxGraph['constant'] = (tensor, type, shape, data) => {
    const dimensions = shape.map((size) => integer(1, size));
    constants.push(message(...dimensions, integer(2, TENSOR_TYPES[type]), string(8, tensor), bytes(9, data)));
    return tensor;
  };

  return {
    input(value, type, shape) {
      inputs.push(valueInfo(value, type, shape));
      return value;
    },
    constant,
    integers(tensor, values, shape = [values.length]) {
      const data = new DataView(new ArrayBuffer(values.length * 8));
      for (const [index, value] of values.entries()) data.setBigInt64(index * 8, BigInt(value), true);
      return constant(tensor, 'int64', shape, new Uint8Array(data.buffer));
    },
    float(tensor, value) {
      const data = new DataView(new ArrayBuffer(4));
      data.setFloat32(0, value, true);
      return constant(tensor, 'float32', [], new Uint8Array(data.buffer));
    },
    output(value, type, shape) {
      outputs.push(valueInfo(value, type, shape));
      return value;
    },
    node(operator, from, attributes = {}) {
      const output = `${operator}_${String(nodes.length)}`;
      nodes.push(
        message(
          ...from.map((input) => string(1, input)),
          string(2, output),
          string(3, output),
          string(4, operator),
          ...Object.entries(attributes).map(([key, value]) => embedded(5, attribute(key, value))),
        ),
      );
      return output;
    },
    serialize() {
      const graph = message(
        ...nodes.map((node) => embedded(1, node)),
        string(2, name),
        ...constants.map((tensor) => embedded(5, tensor)),
        ...inputs.map((input) => embedded(11, input)),
        ...outputs.map((output) => embedded(12, output)),
      );
      const operators = message(string(1, ''), integer(2, OPERATOR_SET));
      return serialize(message(integer(1, IR_VERSION), embedded(7, graph), embedded(8, operators)));
    },
  };
}
