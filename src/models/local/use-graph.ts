import { onnxGraph } from './onnx-model.ts';
import { quantizedColumns } from './quantized-columns.ts';
import type { Weights } from './use-weights.ts';

/** Tokens past this many do not reach the model: it was built so (`ClipToMaxLength` in the published graph). */
export const MAX_TOKENS = 128;

/** Components of a sentence's vector. */
export const DIMENSIONS = 512;

const VOCABULARY_ROWS = 8002;
const EMBEDDING_WIDTH = 256;
const FEED_FORWARD_WIDTH = 1536;
const HEADS = 4;
const LAYER_NORM_EPSILON = 1e-6;

/** Components are kept as unsigned bytes: 128 stands for 0, and 1 and 255 for the largest of a row. */
const ZERO = 128;
const LARGEST = 127;
/** Far below any component, and still more than nothing: a row of zeros is divided by it. */
const LEAST_SCALE = 1e-20;

// How the published graph names things.
const ENCODER = 'module_apply_default/Encoder_en/KonaTransformer/Encode';
const KERNELS = 'module/Encoder_en/KonaTransformer/Encode';
const WHOLE = 'ConcatPartitions/concat';

/**
 * The timing signal added to the token at each position: sines, then cosines, of the position at 128 frequencies
 * (Vaswani et al., 2017, https://arxiv.org/abs/1706.03762, section 3.5). The frequencies are the model's own tensor.
 */
function timingSignal(frequencies: Uint8Array): Uint8Array {
  const signal = new Float32Array(MAX_TOKENS * EMBEDDING_WIDTH);
  const source = new DataView(frequencies.buffer, frequencies.byteOffset, frequencies.byteLength);
  const half = EMBEDDING_WIDTH / 2;
  for (let position = 0; position < MAX_TOKENS; position++) {
    for (let index = 0; index < half; index++) {
      const angle = position * source.getFloat32(index * 4, true);
      signal[position * EMBEDDING_WIDTH + index] = Math.sin(angle);
      signal[position * EMBEDDING_WIDTH + half + index] = Math.cos(angle);
    }
  }
  return new Uint8Array(signal.buffer);
}

/**
 * The Universal Sentence Encoder (lite) as an ONNX model: a transformer of two layers (Cer et al., 2018,
 * https://arxiv.org/abs/1803.11175), written down from the published TensorFlow.js graph. Where that graph differs from
 * the textbook, so does this one: the first layer's input is twice the embedding plus the timing signal, its residual
 * goes through a dense layer (256 to 512 components), and no normalisation follows the last layer.
 *
 * Tokens of all sentences come as one list without padding, so that the dense layers (nine tenths of the work) touch
 * nothing but tokens; only attention sees sentences as rows of equal length.
 *
 * Dense layers multiply whole numbers, which takes a third of the time: the weights rounded once, a column at a time, and
 * each token's components rounded by the largest of them when they come (as in ZeroQuant: Yao et al., 2022,
 * https://arxiv.org/abs/2206.01861, section 4.1), so that no token's result depends on another's. The cosine with the
 * published graph's vector is 0.9994 for the median of chat messages, 0.9989 for the lowest hundredth.
 *
 * Inputs, for `tokens` tokens in `sentences` rows of `length` places:
 * - `ids`, `positions` [tokens]: the token's id, and its place in its sentence.
 * - `places` [sentences, length]: which token stands there (any one, where none does).
 * - `homes` [tokens]: where the token stands, counted row by row: the inverse of `places`.
 * - `absence` [sentences, 1, 1, length]: 0 where a token stands, else -1e9.
 * - `shares` [sentences, tokens]: 1 / (tokens of that sentence) for its tokens, else 0.
 *
 * The output `sentence_vectors` is [sentences, 512], each row of unit length.
 *
 * @throws Error when the weights are not those of this model.
 */
export function useGraph(weights: Weights): Uint8Array<ArrayBuffer> {
  const graph = onnxGraph('universal-sentence-encoder-lite');

  const bytesOf = (name: string, shape: readonly number[]): Uint8Array => {
    const found = weights.get(name);
    // A kernel published as [1, 1, 256, 768] is taken as [256, 768]: the bytes are the same.
    const byteLength = shape.reduce((product, length) => product * length, Float32Array.BYTES_PER_ELEMENT);
    if (found?.type !== 'float32' || found.data.byteLength !== byteLength) {
      throw new Error(`expected a float32 tensor ${name} of ${shape.join(' × ')} in the model package`);
    }
    return found.data;
  };
  const weight = (name: string, shape: readonly number[]): string =>
    graph.constant(name, 'float32', shape, bytesOf(name, shape));
  const perStep = graph.float('per_step', 1 / LARGEST);
  const leastScale = graph.float('least_scale', LEAST_SCALE);
  const one = graph.float('one', 1);
  const zero = graph.constant('zero', 'uint8', [], Uint8Array.of(ZERO));
  const quantizedRows = (x: string): { readonly rows: string; readonly scales: string } => {
    const largest = graph.node('ReduceMax', [graph.node('Abs', [x])], { axes: [1] });
    const scales = graph.node('Max', [graph.node('Mul', [largest, perStep]), leastScale]);
    return { rows: graph.node('QuantizeLinear', [graph.node('Div', [x, scales]), one, zero]), scales };
  };
  const dense = (x: string, kernel: string, bias: string, from: number, to: number): string => {
    const { rows, scales } = quantizedRows(x);
    const quantized = quantizedColumns(bytesOf(kernel, [from, to]), to);
    const columns = graph.constant(kernel, 'int8', [from, to], quantized.values);
    const columnScales = graph.constant(`${kernel}/scales`, 'float32', [to], quantized.scales);
    const product = graph.node('Cast', [graph.node('MatMulInteger', [rows, columns, zero])], {
      to: { type: 'float32' },
    });
    // One scale after the other: ONNX Runtime 1.30 fuses a product of both into MatMulIntegerToFloat, which is defined for
    // rows of one scale. Nothing tells of it but the vectors.
    const scaled = graph.node('Mul', [graph.node('Mul', [product, scales]), columnScales]);
    return graph.node('Add', [scaled, weight(bias, [to])]);
  };
  const normalized = (x: string, scope: string, width: number): string => {
    const norm = `${ENCODER}/${scope}/layer_prepostprocess/layer_norm/layer_norm`;
    const scale = weight(`${norm}_scale/${WHOLE}`, [width]);
    const bias = weight(`${norm}_bias/${WHOLE}`, [width]);
    return graph.node('LayerNormalization', [x, scale, bias], { epsilon: { float: LAYER_NORM_EPSILON } });
  };

  const ids = graph.input('ids', 'int32', ['tokens']);
  const positions = graph.input('positions', 'int32', ['tokens']);
  const places = graph.input('places', 'int32', ['sentences', 'length']);
  const homes = graph.input('homes', 'int32', ['tokens']);
  const absence = graph.input('absence', 'float32', ['sentences', 1, 1, 'length']);
  const shares = graph.input('shares', 'float32', ['sentences', 'tokens']);

  const indexes = [0, 1, 2].map((index) => graph.integers(`index_${String(index)}`, [index], []));

  const attention = (x: string, layer: string, width: number): string => {
    const scope = `${layer}/MultiheadAttention`;
    const transform = (value: string, part: string, to: number): string =>
      dense(value, `${KERNELS}/${scope}/${part}/kernel/part_0`, `${ENCODER}/${scope}/${part}/bias/${WHOLE}`, width, to);

    // Each token's query, key and value stand side by side in one row; wanted are three tensors of
    // [sentences, heads, length, width / heads].
    const rows = graph.node('Gather', [transform(x, 'qkv_transform_single', 3 * width), places]);
    const split = graph.integers(`${scope}/split`, [0, 0, 3, HEADS, width / HEADS]);
    const apart = graph.node('Transpose', [graph.node('Reshape', [rows, split])], { perm: [2, 0, 3, 1, 4] });
    const [queries = '', keys = '', values = ''] = indexes.map((index) => graph.node('Gather', [apart, index]));

    const scaled = graph.node('Mul', [queries, graph.float(`${scope}/scale`, 1 / Math.sqrt(width / HEADS))]);
    const scores = graph.node('MatMul', [scaled, graph.node('Transpose', [keys], { perm: [0, 1, 3, 2] })]);
    const attended = graph.node('Softmax', [graph.node('Add', [scores, absence])]);
    const mixed = graph.node('Transpose', [graph.node('MatMul', [attended, values])], { perm: [0, 2, 1, 3] });
    const combined = graph.node('Reshape', [mixed, graph.integers(`${scope}/combine`, [-1, width])]);
    return transform(graph.node('Gather', [combined, homes]), 'output_transform_single', DIMENSIONS);
  };

  const feedForward = (x: string, layer: string): string => {
    const scope = `${layer}/FFN`;
    const kernel = (name: string): string => `${ENCODER}/TransformerStack/${scope}/${name}/Tensordot/Reshape_1`;
    const bias = (name: string): string => `${ENCODER}/${scope}/${name}/bias/${WHOLE}`;
    const inner = normalized(x, scope, DIMENSIONS);
    const wide = dense(inner, kernel('conv1'), bias('conv1'), DIMENSIONS, FEED_FORWARD_WIDTH);
    return dense(graph.node('Relu', [wide]), kernel('conv2'), bias('conv2'), FEED_FORWARD_WIDTH, DIMENSIONS);
  };

  const layer = (x: string, name: string, width: number, residual: string): string => {
    const attended = graph.node('Add', [attention(normalized(x, name, width), name, width), residual]);
    return graph.node('Add', [feedForward(attended, name), attended]);
  };

  const embedding = graph.node('Gather', [weight('module/Embeddings_en', [VOCABULARY_ROWS, EMBEDDING_WIDTH]), ids]);
  const frequencies = `${ENCODER}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`;
  const signal = timingSignal(bytesOf(frequencies, [EMBEDDING_WIDTH / 2]));
  const timing = graph.constant('timing', 'float32', [MAX_TOKENS, EMBEDDING_WIDTH], signal);
  const timed = graph.node('Add', [embedding, graph.node('Gather', [timing, positions])]);
  const input = graph.node('Add', [embedding, timed]);

  const first = 'Layer_0/TransformerLayer';
  const widening = (part: string): string => `${ENCODER}/${first}/dense/${part}/${WHOLE}`;
  const residual = dense(input, widening('kernel'), widening('bias'), EMBEDDING_WIDTH, DIMENSIONS);
  const middle = layer(input, first, EMBEDDING_WIDTH, residual);
  const last = layer(middle, 'Layer_1/TransformerLayer', DIMENSIONS, middle);

  const head = 'module/Encoder_en/hidden_layers/tanh_layer_0';
  const averages = graph.node('MatMul', [shares, last]);
  const hidden = dense(averages, `${head}/weights`, `${head}/bias`, DIMENSIONS, DIMENSIONS);
  const vectors = graph.node('LpNormalization', [graph.node('Tanh', [hidden])], { axis: 1, p: 2 });
  graph.output(vectors, 'float32', ['sentences', DIMENSIONS]);
  return graph.serialize();
}
