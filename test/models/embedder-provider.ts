import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SkeinError } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/log.ts';
import { withKey, withoutKey, type Authorization } from '../../src/models/authorization.ts';
import type { Embedder } from '../../src/models/embedder.ts';
import type { RetryPolicy } from '../../src/models/retries.ts';
import { breaksAtOnce, refuses, staysSilent } from '../support/model-servers/answers.ts';
import { embeddingOf, embeds } from '../support/model-servers/embeddings.ts';
import { startModelServer, type ModelServer } from '../support/model-servers/model-server.ts';
import { keptLog, recordedRetries } from './collected-reply.ts';

export type EmbedderProvider = {
  readonly protocol: Parameters<typeof startModelServer>[0];
  readonly settings: { readonly key: string; readonly model: string; readonly dimensions: string };
  /** Texts per request at most. */
  readonly batch: number;
  readonly connect: (options: {
    url: string;
    model: string;
    dimensions: number | null;
    authorization: Authorization;
    retries: RetryPolicy;
    log: Log;
    answerMs?: number;
  }) => Promise<Embedder>;
};

const SECRET = 'secret-key-8cc1';

function assertVectorOf(text: string, vector: Float32Array | undefined, dimensions = 4): void {
  const expected = embeddingOf(text, dimensions);
  const length = Math.hypot(...expected);
  assert.equal(vector?.length, dimensions);
  for (const [at, component] of expected.entries()) {
    assert.ok(Math.abs((vector[at] ?? Number.NaN) - component / length) < 1e-6, `${text}, component ${String(at)}`);
  }
}

function inputs(server: ModelServer): string[][] {
  return server.requests.map(({ body }) => (Array.isArray(body['input']) ? body['input'].map(String) : []));
}

/** What each provider of embeddings keeps, against a server of its protocol. */
export function embedderProviderKeepsItsPromises({ protocol, settings, batch, connect }: EmbedderProvider): void {
  type Given = {
    server: ModelServer;
    dimensions?: number | null;
    authorization?: Authorization;
    retries?: RetryPolicy;
    log?: Log;
    answerMs?: number;
  };
  const connected = ({ server, authorization = withoutKey(), dimensions = null, retries, log, ...rest }: Given) =>
    connect({
      url: server.url,
      model: 'asked-model',
      dimensions,
      authorization,
      retries: retries ?? recordedRetries(),
      log: log ?? keptLog(),
      ...rest,
    });

  test('each text gets its vector, of unit length and in order, in requests of limited size', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4, mostTexts: batch }));
    const embedder = await connected({ server });
    const texts = Array.from({ length: 2 * batch + 1 }, (_, index) => `text ${String(index)} é🌦️`);
    const vectors = await embedder.embed(texts);
    assert.equal(vectors.length, texts.length);
    for (const [at, text] of texts.entries()) assertVectorOf(text, vectors[at]);
    assert.deepEqual(
      inputs(server)
        .slice(1)
        .map(({ length }) => length),
      [batch, batch, 1],
    );
  });

  test('texts are few a request when they are long', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4 }));
    const embedder = await connected({ server });
    await embedder.embed(Array.from({ length: 4 }, () => 'x'.repeat(50_000)));
    assert.deepEqual(
      inputs(server)
        .slice(1)
        .map(({ length }) => length),
      [2, 2],
    );
  });

  test('no text asks for nothing', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4 }));
    const embedder = await connected({ server });
    assert.deepEqual(await embedder.embed([]), []);
    assert.equal(server.requests.length, 1);
  });

  test('any string has a vector: the empty one, a blank one, half a character', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4 }));
    const embedder = await connected({ server });
    for (const vector of await embedder.embed(['', ' \n', '\ud800', '\u0000'])) {
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
    }
  });

  test('the dimensions are the model’s own when none are configured', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 6 }));
    const embedder = await connected({ server });
    assert.equal(embedder.dimensions, 6);
    assert.equal(embedder.model, 'asked-model@6');
    assert.equal(server.requests[0]?.body['dimensions'], undefined);
  });

  test('fewer dimensions are asked for where the model can give them', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 8, canBeAskedForOthers: true }));
    const embedder = await connected({ server, dimensions: 4 });
    assert.equal(embedder.model, 'asked-model@4');
    assertVectorOf('hello', (await embedder.embed(['hello']))[0]);
    assert.equal(server.requests.at(-1)?.body['dimensions'], 4);
  });

  test('dimensions that the model has anyhow are not asked for: many models refuse the parameter', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4 }));
    const embedder = await connected({ server, dimensions: 4 });
    assertVectorOf('hello', (await embedder.embed(['hello']))[0]);
    assert.ok(server.requests.every(({ body }) => !('dimensions' in body)));
  });

  test('a model of other dimensions than configured is refused at the start, with the setting to change', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 8 }));
    await assert.rejects(connected({ server, dimensions: 4 }), (error) => {
      assert.ok(error instanceof SkeinError);
      assert.equal(error.code, 'UNAVAILABLE');
      assert.equal(error.retryAfterMs, undefined);
      for (const part of [settings.dimensions, 'asked-model', '8', '4']) assert.ok(error.message.includes(part));
      return true;
    });
  });

  test('a vector of other dimensions later on is refused, with the setting to change', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4 }), embeds({ dimensions: 5 }));
    const embedder = await connected({ server, dimensions: 4 });
    await assert.rejects(embedder.embed(['hello']), {
      code: 'UNAVAILABLE',
      message: new RegExp(`5 dimensions.*${settings.dimensions}`),
    });
  });

  test('a server that is down at the start is asked later, when the dimensions are configured', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(refuses(503, 'down'));
    const log = keptLog();
    const embedder = await connected({ server, dimensions: 4, log });
    assert.equal(embedder.dimensions, 4);
    assert.match(log.lines.join(), /cannot be reached yet/);
    await assert.rejects(embedder.embed(['hello']), { code: 'UNAVAILABLE' });
    server.embeddings(embeds({ dimensions: 8, canBeAskedForOthers: true }));
    assertVectorOf('hello', (await embedder.embed(['hello']))[0]);
  });

  test('a server that is down at the start stops the start when the dimensions are not configured', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(refuses(503, 'down'));
    await assert.rejects(connected({ server }), { code: 'UNAVAILABLE', message: new RegExp(settings.dimensions) });
  });

  for (const [status, setting] of [
    [401, 'key'],
    [404, 'model'],
  ] as const) {
    test(`a refusal with ${String(status)} stops the start and names the setting to check`, async () => {
      await using server = await startModelServer(protocol);
      server.embeddings(refuses(status, { error: { message: `bad ${SECRET}`, code: String(status) } }));
      await assert.rejects(connected({ server, dimensions: 4, authorization: withKey(SECRET) }), (error) => {
        assert.ok(error instanceof SkeinError);
        assert.equal(error.code, 'UNAVAILABLE');
        assert.ok(error.message.includes(settings[setting]), error.message);
        assert.ok(!error.message.includes(SECRET));
        return true;
      });
      assert.equal(server.requests.length, 1);
    });
  }

  test('of a batch with one text too long the others have their vectors, and that one the vector of its beginning', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4, mostCharacters: 100 }));
    const log = keptLog();
    const embedder = await connected({ server, log });
    const texts = Array.from({ length: 9 }, (_, index) => (index === 5 ? 'long '.repeat(60) : `text ${String(index)}`));
    const vectors = await embedder.embed(texts);
    for (const [at, text] of texts.entries()) assertVectorOf(at === 5 ? text.slice(0, 75) : text, vectors[at]);
    const told = log.lines.filter((line) => line.includes('too long'));
    assert.equal(told.length, 2);
    assert.ok(!told.join().includes('long long'));
  });

  test('a server that takes fewer texts at once gets fewer', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4, mostTexts: 3 }));
    const embedder = await connected({ server });
    const texts = Array.from({ length: 10 }, (_, index) => `text ${String(index)}`);
    for (const [at, vector] of (await embedder.embed(texts)).entries()) assertVectorOf(texts[at] ?? '', vector);
  });

  test('a server that is busy or fails is asked again', async () => {
    await using server = await startModelServer(protocol);
    const model = embeds({ dimensions: 4 });
    server.embeddings(model, refuses(429, 'busy', { 'retry-after': '2' }), refuses(500, 'oops'), breaksAtOnce, model);
    const retries = recordedRetries();
    const embedder = await connected({ server, retries });
    assertVectorOf('hello', (await embedder.embed(['hello']))[0]);
    assert.equal(retries.pauses.length, 3);
    assert.ok((retries.pauses[0] ?? 0) >= 2_000);
  });

  test('a server that stays busy makes an error that says when to try again', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4 }), refuses(429, 'busy', { 'retry-after': '60' }));
    const embedder = await connected({ server });
    await assert.rejects(embedder.embed(['hello']), { code: 'UNAVAILABLE', retryAfterMs: 60_000 });
  });

  for (const [name, answer] of [
    ['a page', refuses(200, '<html>Sign in</html>')],
    ['JSON that is none', refuses(200, '{"data": [')],
    ['too few vectors', refuses(200, { data: [] })],
    ['vectors for other texts', refuses(200, { data: [{ index: 1, embedding: [1, 0, 0, 0] }] })],
    ['components that are no numbers', refuses(200, { data: [{ index: 0, embedding: [1, 'x', 0, 0] }] })],
  ] as const) {
    test(`${name} instead of vectors is UNAVAILABLE`, async () => {
      await using server = await startModelServer(protocol);
      server.embeddings(embeds({ dimensions: 4 }), answer);
      const embedder = await connected({ server });
      await assert.rejects(embedder.embed(['hello']), { name: 'SkeinError', code: 'UNAVAILABLE' });
    });
  }

  test('a server that does not answer is UNAVAILABLE, and its request is ended', async () => {
    await using server = await startModelServer(protocol);
    server.embeddings(embeds({ dimensions: 4 }), staysSilent);
    const embedder = await connected({ server, answerMs: 750 });
    await assert.rejects(embedder.embed(['hello']), { code: 'UNAVAILABLE' });
    await server.requests.at(-1)?.abandoned;
  });

  test('a cancelled call ends its request, with the reason that was given', async () => {
    await using server = await startModelServer(protocol);
    const cancel = new AbortController();
    const reason = new Error('nobody waits any more');
    server.embeddings(embeds({ dimensions: 4 }), async (_, request) => {
      cancel.abort(reason);
      await request.abandoned;
    });
    const embedder = await connected({ server });
    await assert.rejects(embedder.embed(['hello'], { signal: cancel.signal }), reason);
    await server.requests.at(-1)?.abandoned;
  });

  test('closing rejects the calls under way and all that follow', async () => {
    await using server = await startModelServer(protocol);
    const under = Promise.withResolvers<undefined>();
    server.embeddings(embeds({ dimensions: 4 }), async (_, request) => {
      under.resolve(undefined);
      await request.abandoned;
    });
    const embedder = await connected({ server });
    const call = embedder.embed(['hello']);
    const rejected = assert.rejects(call, { code: 'UNAVAILABLE' });
    await under.promise;
    await embedder.close();
    await rejected;
    await assert.rejects(embedder.embed(['hello']), { code: 'UNAVAILABLE' });
  });

  test('a key signs every request and is in no log', async () => {
    await using server = await startModelServer(protocol, { key: SECRET });
    server.embeddings(embeds({ dimensions: 4 }), refuses(500, 'oops'), embeds({ dimensions: 4 }));
    const log = keptLog();
    const embedder = await connected({ server, authorization: withKey(SECRET), log });
    assertVectorOf('hello', (await embedder.embed(['hello']))[0]);
    assert.ok(log.lines.length > 0);
    assert.ok(!log.lines.join().includes(SECRET));
  });
}
