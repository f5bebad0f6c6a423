import { DatabaseSync } from 'node:sqlite';

/** Every vector of a data file's messages, in memory: what a search by meaning is compared with. */
export type ExactSearch = {
  readonly passages: number;
  /** One of the passages: its unit vector, its message's id, and whose it is. */
  passage(at: number): { readonly vector: Float32Array; readonly message: string; readonly owner: string };
  /** The ids of the messages whose best passage is nearest, found by comparing all. Of one owner, or of the tenant. */
  nearest(query: Float32Array, count: number, owner?: string): string[];
};

/** Reads the vectors as the engine stores them: int8, their surroundings in them. */
export function readExactSearch(path: string): ExactSearch {
  const db = new DatabaseSync(path, { readOnly: true });
  const { passages, bytes } = sizes(db);
  const vectors = new Int8Array(passages * bytes);
  const inverseLengths = new Float64Array(passages);
  const messageOf = new Uint32Array(passages);
  const ownerOf: string[] = [];
  const ids: string[] = [];
  let place = 0;
  for (const row of db
    .prepare(
      `SELECT m.id, o.owner, p.vector FROM messages m JOIN owners o USING (owner_row) JOIN passages p USING (message_row)
       ORDER BY m.message_row, p.part`,
    )
    .iterate()) {
    const { id, owner, vector } = row;
    if (typeof id !== 'string' || typeof owner !== 'string' || !(vector instanceof Uint8Array)) continue;
    if (ids.at(-1) !== id) {
      ids.push(id);
      ownerOf.push(owner);
    }
    const components = new Int8Array(vector.buffer, vector.byteOffset, bytes);
    vectors.set(components, place * bytes);
    inverseLengths[place] = 1 / Math.hypot(...components);
    messageOf[place] = ids.length - 1;
    place += 1;
  }
  db.close();

  return {
    passages,
    passage(at) {
      const message = messageOf[at] ?? 0;
      const scale = inverseLengths[at] ?? 0;
      const components = vectors.subarray(at * bytes, (at + 1) * bytes);
      return {
        vector: Float32Array.from(components, (component) => component * scale),
        message: ids[message] ?? '',
        owner: ownerOf[message] ?? '',
      };
    },
    nearest(query, count, owner) {
      const best = new Float64Array(ids.length).fill(-2);
      for (let passage = 0; passage < passages; passage += 1) {
        const message = messageOf[passage] ?? 0;
        if (owner !== undefined && ownerOf[message] !== owner) continue;
        const from = passage * bytes;
        let dot = 0;
        for (let at = 0; at < bytes; at += 1) dot += (query[at] ?? 0) * (vectors[from + at] ?? 0);
        const cosine = dot * (inverseLengths[passage] ?? 0);
        if (cosine > (best[message] ?? 0)) best[message] = cosine;
      }
      return firstOf(best, count).map((message) => ids[message] ?? '');
    },
  };
}

function sizes(db: DatabaseSync): { passages: number; bytes: number } {
  const row = db.prepare('SELECT count(*) AS passages, max(length(vector)) AS bytes FROM passages').get();
  return { passages: Number(row?.['passages']), bytes: Number(row?.['bytes']) };
}

/** The places of the largest values, the largest first. */
function firstOf(values: Float64Array, count: number): number[] {
  const first: number[] = [];
  let least = -2;
  for (const [place, value] of values.entries()) {
    if (first.length === count && value <= least) continue;
    first.push(place);
    first.sort((one, other) => (values[other] ?? 0) - (values[one] ?? 0));
    first.length = Math.min(first.length, count);
    if (first.length === count) least = values[first.at(-1) ?? 0] ?? 0;
  }
  return first;
}
