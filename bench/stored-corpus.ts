import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as rest } from 'node:timers/promises';
import { ownerId, tenantId, type OwnerScope } from '../src/core/identity.ts';
import { newMessageId, newThreadId } from '../src/core/ids.ts';
import { startMeter } from '../src/core/meter.ts';
import { cutPassages } from '../src/indexing/passages.ts';
import type { Embedder } from '../src/models/embedder.ts';
import { startLocalEmbedder } from '../src/models/local/local-embedder.ts';
import { openSqlite } from '../src/storage/sqlite/engine.ts';
import type { Engine } from '../src/storage/store.ts';
import { makeCorpus, type CorpusThread } from './corpus.ts';
import { passageVectors, type PassageVectors } from './corpus-vectors.ts';
import { drawByWeight, randomFrom, zipf } from './random.ts';
import { plainMessage } from './plain-message.ts';

export const TENANT = tenantId('default');

/** The owner whose own searches are measured. */
export const READER = ownerId('reader');

/** The reader has a tenth of all messages, and so many at most. */
const READER_SHARE = 0.1;
const READER_MESSAGES = 10_000;

/** Other owners, for each so many messages; some have far more than others. */
const MESSAGES_AN_OWNER = 1_000;

const THREADS_AT_ONCE = 16;

/** Longer than the engine waits before it tidies. */
const AT_REST_MS = 3_000;

const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAYS = 700;

/**
 * A data file with so many messages, indexed. Made once and kept among the temporary files, for as long as what it was
 * made by stays the same.
 * @returns its path
 */
export async function storedCorpus(messages: number): Promise<string> {
  const folder = join(tmpdir(), 'skein-bench-corpora');
  await mkdir(folder, { recursive: true });
  const name = `${String(messages)}-${makersHash()}.db`;
  const path = join(folder, name);
  if (existsSync(path)) return path;
  for (const old of await readdir(folder)) {
    if (old.startsWith(`${String(messages)}-`)) await rm(join(folder, old), { force: true });
  }
  const started = performance.now();
  await store(`${path}.new`, messages);
  await rename(`${path}.new`, path);
  await rm(`${path}.new-lock`, { force: true });
  console.error(`Made ${path} in ${String(Math.round((performance.now() - started) / 1_000))} s.`);
  return path;
}

/** Of the code that a file's contents depend on. */
function makersHash(): string {
  const hash = createHash('sha256');
  const root = join(import.meta.dirname, '..');
  const makers = [
    'bench/{random,corpus,corpus-vectors,stored-corpus}.ts',
    'src/core/{words,stem}.ts',
    'src/models/local/*.ts',
    'src/storage/{passage-context,search-text}.ts',
    'src/storage/sqlite/{append,passage-blocks,passages,quantized,scoped-terms,search-tables,tables,text-index}.ts',
  ];
  for (const file of globSync(makers, { cwd: root }).sort()) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 12);
}

async function store(path: string, count: number): Promise<void> {
  const corpus = await makeCorpus(1);
  const embedder = startLocalEmbedder();
  const engine = await openSqlite({ path });
  try {
    const vectors = await passageVectors(corpus, embedder);
    await engine.index.adopt(embedder, { meter: startMeter() });
    const ownerOf = drawOwners(count);
    let started = 0;
    let next = 0;
    await Promise.all(
      Array.from({ length: THREADS_AT_ONCE }, async () => {
        while (started < count) {
          const number = next++;
          const thread = corpus.thread(number);
          const messages = thread.messages.slice(0, count - started);
          started += messages.length;
          const owner = ownerOf(messages.length);
          await storeThread({ engine, embedder, vectors }, { tenant: TENANT, owner }, number, { ...thread, messages });
        }
      }),
    );
    await untilAtRest(path);
  } finally {
    await engine.close();
    await embedder.close();
  }
}

/** Waits until the engine has tidied the file, which it does while nobody writes: for a while nothing has changed. */
async function untilAtRest(path: string): Promise<void> {
  const db = new DatabaseSync(path, { readOnly: true });
  const commits = () => db.prepare('PRAGMA data_version').get()?.['data_version'];
  try {
    let seen = commits();
    let since = performance.now();
    while (performance.now() - since < AT_REST_MS) {
      await rest(100);
      const now = commits();
      if (now !== seen) since = performance.now();
      seen = now;
    }
  } finally {
    db.close();
  }
}

/** @returns whose the next thread is, told how many messages it has */
function drawOwners(count: number): (messages: number) => OwnerScope['owner'] {
  const random = randomFrom(5);
  const drawOther = drawByWeight(zipf(Math.max(10, Math.round(count / MESSAGES_AN_OWNER))).map(Math.sqrt));
  const wanted = Math.min(READER_MESSAGES, count * READER_SHARE);
  let given = 0;
  return (messages) => {
    if (given + messages <= wanted && random.next() < (2 * wanted) / count) {
      given += messages;
      return READER;
    }
    return ownerId(`owner-${String(drawOther(random))}`);
  };
}

type Parts = { readonly engine: Engine; readonly embedder: Embedder; readonly vectors: PassageVectors };

async function storeThread(
  { engine, embedder, vectors }: Parts,
  scope: OwnerScope,
  number: number,
  { title, messages }: CorpusThread,
): Promise<void> {
  const call = { meter: startMeter() };
  const random = randomFrom(number + 1_000_000);
  const createdAt = FIRST_DAY + random.below(DAYS * 86_400) * 1_000;
  const id = newThreadId(scope.owner, `thread ${String(number)}`);
  const thread = { title, agent: null, instructions: null, metadata: {}, expiresAt: null };
  await engine.threads.create(scope, { ...thread, id, status: 'ACTIVE', createdAt }, call);
  const stored = messages.map((message, place) =>
    plainMessage(
      newMessageId({ owner: scope.owner, thread: id }, `message ${String(place)}`),
      message,
      createdAt + place * 60_000,
    ),
  );
  await engine.messages.append(scope, id, stored, call);
  const results = messages.map((message, place) => {
    const passages = [...cutPassages(message.content, embedder.passageCharacters)];
    const itsVectors = vectors(message, passages.length, random);
    return {
      tenant: scope.tenant,
      key: {
        owner: scope.owner,
        thread: id,
        message: stored[place]?.id ?? newMessageId({ owner: scope.owner, thread: id }, null),
      },
      model: embedder.model,
      outcome: {
        kind: 'embedded' as const,
        passages: passages.map((passage, part) => ({ ...passage, vector: itsVectors[part] ?? new Float32Array() })),
      },
    };
  });
  await engine.index.store(results, call);
}
