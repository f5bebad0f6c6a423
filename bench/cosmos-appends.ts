import { randomUUID } from 'node:crypto';
import { CosmosClient, type Container } from '@azure/cosmos';
import type { OwnerScope } from '../src/core/identity.ts';
import { newMessageId, newThreadId } from '../src/core/ids.ts';
import { startMeter } from '../src/core/meter.ts';
import type { Engine, NewMessage } from '../src/storage/store.ts';
import type { CosmosEmulator } from '../test/support/cosmos/emulator.ts';
import type { CorpusMessage } from './corpus.ts';
import { plainMessage } from './plain-message.ts';

/** What one append took, the mean of some: request units, and bytes of the bodies both ways. */
export type AppendCost = { readonly requestUnits: number; readonly bytes: number };

/** A conversation that appends are measured in. */
export type Growing = {
  /** Fills it up to a place, and measures appends of one message from there on. */
  appendAt(place: number): Promise<AppendCost>;
};

/** So many messages are appended in one call to fill a thread. */
const FILLING = 90;

/** The same messages are appended at every place, so that only the place makes a difference. */
const MEASURED = 10;

/** The first ones have others' words as context: two messages of it are kept. */
const WARMING = 2;

const OWNER = 'local';
const THREAD = 'thread';

/** A thread as Skein keeps it. */
export async function threadOfItems(
  engine: Engine,
  emulator: CosmosEmulator,
  scope: OwnerScope,
  contents: readonly CorpusMessage[],
): Promise<Growing> {
  const call = () => ({ meter: startMeter() });
  const createdAt = Date.now();
  const thread = newThreadId(scope.owner, null);
  const fields = { title: 'A long one', agent: null, instructions: null, metadata: {}, expiresAt: null };
  await engine.threads.create(scope, { ...fields, id: thread, status: 'ACTIVE', createdAt }, call());
  const messageOf = (message: CorpusMessage): NewMessage =>
    plainMessage(newMessageId({ owner: scope.owner, thread }, null), message, createdAt);
  let length = 0;
  const append = async (messages: readonly CorpusMessage[]): Promise<number> => {
    const { meter } = await appended(messages);
    length += messages.length;
    return meter.cost.requestUnits;
  };
  const appended = async (messages: readonly CorpusMessage[]) => {
    const own = call();
    await engine.messages.append(scope, thread, messages.map(messageOf), own);
    return own;
  };
  return {
    async appendAt(place) {
      for (const until = place - 1 - WARMING; length < until;) {
        const from = length % (contents.length - FILLING);
        await append(contents.slice(from, from + Math.min(FILLING, until - length)));
      }
      for (const message of contents.slice(0, WARMING)) await append([message]);
      emulator.forgetRequests();
      let requestUnits = 0;
      for (const message of contents.slice(WARMING, WARMING + MEASURED)) requestUnits += await append([message]);
      return { requestUnits: requestUnits / MEASURED, bytes: bytesOf(emulator) / MEASURED };
    },
  };
}

/**
 * A thread as one document, as is often seen: an append reads it and writes it whole, guarded by its ETag. It has only
 * what was said, without words or vectors to search, and its messages are not indexed: all in favour of the document.
 */
export async function threadInOneDocument(
  emulator: CosmosEmulator,
  contents: readonly CorpusMessage[],
): Promise<Growing & { wall(): Promise<number>; close(): void }> {
  const client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key });
  const { database } = await client.databases.createIfNotExists({ id: 'documents' });
  const { container } = await database.containers.createIfNotExists({
    id: 'threads',
    partitionKey: '/owner',
    indexingPolicy: { includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/messages/*' }] },
  });
  const said = (count: number) =>
    Array.from({ length: count }, (_, place) => entryOf(contents[place % contents.length]));
  const document = (count: number) => ({ id: THREAD, owner: OWNER, messages: said(count) });

  return {
    async appendAt(place) {
      await container.items.upsert(document(place - 1));
      emulator.forgetRequests();
      let requestUnits = 0;
      for (const message of contents.slice(WARMING, WARMING + MEASURED)) {
        requestUnits += await appendTo(container, message);
      }
      return { requestUnits: requestUnits / MEASURED, bytes: bytesOf(emulator) / MEASURED };
    },
    async wall() {
      let fits = 0;
      for (let refused = 2 ** 14; refused - fits > 1;) {
        const middle = Math.floor((fits + refused) / 2);
        const isTaken = await container.items.upsert(document(middle)).then(
          () => true,
          (error: unknown) => {
            if (error instanceof Error && 'code' in error && error.code === 413) return false;
            throw error;
          },
        );
        if (isTaken) fits = middle;
        else refused = middle;
      }
      return fits + 1;
    },
    close() {
      client.dispose();
    },
  };
}

async function appendTo(container: Container, message: CorpusMessage): Promise<number> {
  const read = await container.item(THREAD, OWNER).read<{ id: string; messages: object[] }>();
  if (read.resource === undefined) throw new Error('The document is not there.');
  const { resource, etag } = read;
  const next = { ...resource, messages: [...resource.messages, entryOf(message)] };
  const accessCondition = { type: 'IfMatch', condition: etag };
  const written = await container.item(THREAD, OWNER).replace(next, { accessCondition });
  return read.requestCharge + written.requestCharge;
}

function entryOf(message: CorpusMessage | undefined) {
  return { id: randomUUID(), role: message?.role, content: message?.content, createdAt: Date.now() };
}

function bytesOf({ requests }: CosmosEmulator): number {
  return requests.reduce((bytes, { requestBytes, responseBytes }) => bytes + requestBytes + responseBytes, 0);
}
