import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempDisposable } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { valueAt, valuesAt } from '../support/answer.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-servers/model-server.ts';
import type { WireRequest } from '../support/model-servers/protocol.ts';
import { startServer } from '../support/server-process.ts';
import { APPEND, threadWith } from '../support/skein.ts';
import { runCommand, startCommand } from '../support/skein-command.ts';

const KEY = 'key-of-the-test-91c2';
const DIMENSIONS = { first: 8, second: 16, third: 12 } as const;
type Model = keyof typeof DIMENSIONS;

const COUNT = 100;
const contents = Array.from({ length: COUNT }, (_, at) => `${'abcdefgh'[at % 8] ?? ''} message ${String(at)}`);
/** Embedded in the third batch of 32. */
const MIDDLE = contents[70] ?? '';

/** In a thread by itself: it leans nowhere, and is nearest to its own words by any model. */
const ALONE = 'Zebras cross at noon.';

const SEARCH = `query ($query: String!, $mode: SearchMode) { searchMessages(query: $query, mode: $mode, first: 10) {
  edges { node { meaningScore message { content } } } } }`;
const PENDING = '{ viewer { pendingIndexing } }';

const hitsByMeaning = z.array(z.object({ meaningScore: z.number(), message: z.object({ content: z.string() }) }));

function textsOf({ input }: WireRequest['body']): string[] {
  return Array.isArray(input) ? input.map(String) : [];
}

/** A model to which two texts are alike only when they are the same. */
function scatters(dimensions: number) {
  return (response: ServerResponse, { body }: WireRequest): void => {
    const data = textsOf(body).map((text, index) => ({
      index,
      embedding: [...createHash('sha256').update(text).digest().subarray(0, dimensions)].map((byte) => byte - 127.5),
    }));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ object: 'list', data, model: 'served-embedder' }));
  };
}

/** One after the other, on the same data: a switch, and what becomes of it. */
describe('a switch of the embedding model', () => {
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  let models: ModelServer;
  let held = false;
  let atMiddle = Promise.withResolvers<unknown>();
  before(async () => {
    folder = await mkdtempDisposable(join(tmpdir(), 'skein-test-'));
    models = await startModelServer('openai', { key: KEY });
    models.embeddings(async (response, request) => {
      const dimensions = new Map<unknown, number>(Object.entries(DIMENSIONS)).get(request.body['model']) ?? 0;
      if (held && request.body['model'] === 'second' && JSON.stringify(request.body['input']).includes(`"${MIDDLE}"`)) {
        atMiddle.resolve(undefined);
        await request.abandoned;
        return;
      }
      scatters(dimensions)(response, request);
    });
  });
  after(async () => {
    await models[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** Has the second model hang in the middle. */
  const hold = () => {
    atMiddle = Promise.withResolvers();
    held = true;
  };
  const envFor = (model: Model) => ({
    SKEIN_EMBEDDER: 'openai',
    OPENAI_BASE_URL: models.url,
    OPENAI_API_KEY: KEY,
    OPENAI_EMBEDDING_MODEL: model,
    LOG_LEVEL: 'error',
  });
  const askedOf = (model: Model) =>
    models.requests
      .filter(({ body }) => body['model'] === model)
      .flatMap(({ body }) => textsOf(body))
      .filter((text) => contents.includes(text));
  const reindex = (model: Model) => runCommand(['reindex'], { folder: folder.path, env: envFor(model) });
  type Server = Awaited<ReturnType<typeof startServer>>;
  const indexed = (server: Server) =>
    eventually('everything to be indexed', async () => {
      const { data } = await server.ask(PENDING);
      return valueAt(data, 'viewer.pendingIndexing') === 0 ? true : null;
    });
  /** The nearest by meaning, whatever else the ranking looks at; null: the search is refused. */
  const found = async (server: Server, query: string): Promise<string | null> => {
    const { data } = await server.ask(SEARCH, { query, mode: 'MEANING' });
    if (data === null) return null;
    const hits = hitsByMeaning.parse(valuesAt(data, 'searchMessages.edges.*.node'));
    const [best] = hits.toSorted((one, other) => other.meaningScore - one.meaningScore);
    return best?.message.content ?? null;
  };

  it('is none while the model is the same: there is nothing to re-embed', async () => {
    await using server = await startServer(folder.path, envFor('first'));
    await threadWith(server, contents);
    await threadWith(server, [ALONE]);
    await indexed(server);
    assert.doesNotMatch(server.stdout(), /embedding model is another/);
    await server.end('SIGTERM');
    const { status, stdout, stderr } = await reindex('first');
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assert.equal(stdout, 'Nothing to re-embed: all vectors are of first@8.\n');
    assert.deepEqual(askedOf('first').toSorted(), contents.toSorted());
  });

  it('is said at the start, and search by meaning is served from the old vectors meanwhile', async () => {
    hold();
    await using server = await startServer(folder.path, envFor('second'));
    await atMiddle.promise;
    assert.match(
      server.stdout(),
      /^The embedding model is another: second@16 instead of first@8\. Every message is embedded anew in the background \(\d+ of 101\); search goes on being served from the vectors of first@8 until then\.$/m,
    );
    assert.equal(await found(server, ALONE), ALONE);
    const threadId = await threadWith(server, []);
    await server.ask(APPEND, { input: { threadId, messages: [{ role: 'USER', content: 'zzzz what is new' }] } });
    await indexed(server);
    assert.equal(await found(server, 'zzzz what is new'), 'zzzz what is new');
    const locked = await reindex('second');
    assert.equal(locked.status, 1);
    assert.match(
      locked.stderr,
      /is in use by another Skein \(process \d+\)\. Stop it, .* restarted with this configuration/,
    );
    await server.end('SIGKILL');
  });

  it('goes on with what is left after a kill, and is told by the doctor', async () => {
    const doctor = await runCommand(['doctor'], { folder: folder.path, env: envFor('second') });
    assert.match(
      doctor.stdout,
      /^ {2}ok {4}storage: sqlite answers; vectors of first@8; those of second@16 are built: \d+ of 102$/m,
    );
    assert.doesNotMatch(doctor.stdout, /built: 0 of/);

    // Killed in the middle a second time, now as a command.
    hold();
    const killed = startCommand(['reindex'], { folder: folder.path, env: envFor('second') });
    await atMiddle.promise;
    killed.kill('SIGKILL');
    await killed.ended;
    assert.match(
      killed.stdout(),
      /^Embedding everything with second@16 instead of first@8\. Going on at \d+ of 102\.$/m,
    );

    hold();
    const interrupted = startCommand(['reindex'], { folder: folder.path, env: envFor('second') });
    await atMiddle.promise;
    interrupted.kill('SIGINT');
    assert.deepEqual(await interrupted.ended, { status: 130, signal: null }, interrupted.stderr());
    assert.match(interrupted.stdout(), /^Interrupted at \d+ of 102\. Run it again, .*; first@8 serves until then\.$/m);

    held = false;
    const { status, stdout, stderr } = await reindex('second');
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, stdout);
    assert.match(stdout, /^Re-embedding: \d+% \(\d+ of 102 messages\)$/m);
    assert.match(stdout, /^Embedded 102 messages with second@16, which serves searches from now on\.$/m);
    // Only what was under way at a stop, or stored by it in part, may have been asked for again.
    const asked = askedOf('second');
    assert.deepEqual([...new Set(asked)].toSorted(), contents.toSorted());
    const again = Map.groupBy(asked, (text) => text);
    const twice = contents.slice(0, 32).filter((text) => (again.get(text)?.length ?? 0) > 1);
    assert.deepEqual(twice, [], 'what had been stored before the first stop is not embedded again');
  });

  it('ends with a server that serves from the new vectors alone', async () => {
    await using server = await startServer(folder.path, envFor('second'));
    assert.doesNotMatch(server.stdout(), /embedding model is another/);
    assert.equal(await found(server, ALONE), ALONE);
    assert.equal(await found(server, 'zzzz what is new'), 'zzzz what is new');
    await server.end('SIGTERM');
    assert.equal((await reindex('second')).stdout, 'Nothing to re-embed: all vectors are of second@16.\n');
  });

  it('goes by words when the former model is somewhere else, until the new one is through by itself', async () => {
    const hung = Promise.withResolvers<undefined>();
    await using elsewhere = await startModelServer('openai');
    elsewhere.embeddings(async (response, request) => {
      if (JSON.stringify(request.body['input']).includes(`"${MIDDLE}"`)) await hung.promise;
      scatters(DIMENSIONS.third)(response, request);
    });
    await using server = await startServer(folder.path, { ...envFor('third'), OPENAI_BASE_URL: elsewhere.url });
    assert.match(
      server.stdout(),
      /second@16 cannot be asked as configured now, so search goes by words until then\.$/m,
    );
    const byMeaning = await server.ask(SEARCH, { query: MIDDLE, mode: 'MEANING' });
    assert.equal(byMeaning.errors?.[0]?.extensions.code, 'UNAVAILABLE');
    assert.match(
      byMeaning.errors[0].message,
      /third@12 \(re-embedding: \d+ of 102\); search by words \(KEYWORD\) meanwhile/,
    );
    const byBoth = await server.ask(SEARCH, { query: MIDDLE, mode: 'HYBRID' });
    assert.equal(valueAt(byBoth.data, 'searchMessages.edges.0.node.message.content'), MIDDLE);
    hung.resolve(undefined);
    await eventually('the new vectors to serve', () => found(server, ALONE));
    assert.equal(await found(server, ALONE), ALONE);
    assert.doesNotMatch(server.stdout() + server.stderr(), new RegExp(KEY));
  });
});
