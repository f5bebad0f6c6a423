import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { valueAt, valuesAt } from '../support/answer.ts';
import { eventually } from '../support/eventually.ts';
import { wireMessagesOf } from '../support/model-servers/connected-skein.ts';
import { finishes, refuses, says, streams } from '../support/model-servers/answers.ts';
import { embeds } from '../support/model-servers/embeddings.ts';
import { startModelServer, type ModelServer } from '../support/model-servers/model-server.ts';
import type { Answer as ServerAnswer } from '../support/model-servers/protocol.ts';
import { startServer, type ServerProcess } from '../support/server-process.ts';
import { APPEND, SEND, threadWith } from '../support/skein.ts';
import { runCommand } from '../support/skein-command.ts';

const KEY = 'key-of-the-test-7b1d';
const DIMENSIONS = 8;

const INDEXING = `query ($id: ID!) { viewer { pendingIndexing } thread(id: $id) {
  messages(first: 100) { edges { node { content indexing } } } } }`;
const SEARCH = `query ($query: String!, $mode: SearchMode) { searchMessages(query: $query, mode: $mode) {
  edges { node { message { content } } } } }`;

const aFolder = () => mkdtempDisposable(join(tmpdir(), 'skein-test-'));

/** What configures each provider, for a model server on loopback. */
const ENVIRONMENTS: Record<'openai' | 'azure-inference', (url: string) => Record<string, string>> = {
  openai: (url) => ({
    SKEIN_CHAT: 'openai',
    SKEIN_EMBEDDER: 'openai',
    OPENAI_BASE_URL: url,
    OPENAI_API_KEY: KEY,
    OPENAI_CHAT_MODEL: 'chat-model',
    OPENAI_SPEAKER_NAMES: 'text',
    OPENAI_EMBEDDING_MODEL: 'embedding-model',
  }),
  'azure-inference': (url) => ({
    SKEIN_CHAT: 'azure-inference',
    SKEIN_EMBEDDER: 'azure-inference',
    AZURE_INFERENCE_ENDPOINT: url,
    AZURE_INFERENCE_KEY: KEY,
    AZURE_INFERENCE_CHAT_MODEL: 'chat-model',
    AZURE_INFERENCE_EMBEDDING_MODEL: 'embedding-model',
  }),
};

/** Refuses a request that has a text with these words in it. */
const refusesTexts = (words: string, code: string, otherwise: ServerAnswer): ServerAnswer => {
  const refusal = refuses(400, { error: { code, message: 'no' } });
  return (response, request) =>
    (JSON.stringify(request.body['input']).includes(words) ? refusal : otherwise)(response, request);
};

for (const protocol of ['openai', 'azure-inference'] as const) {
  describe(`a server configured for ${protocol}`, () => {
    let folder: Awaited<ReturnType<typeof aFolder>>;
    let models: ModelServer;
    let skein: ServerProcess;
    before(async () => {
      folder = await aFolder();
      models = await startModelServer(protocol, { key: KEY });
      models.chat(streams(says('It is '), says('raining.'), finishes()));
      models.embeddings(embeds({ dimensions: DIMENSIONS }));
      skein = await startServer(folder.path, { ...ENVIRONMENTS[protocol](models.url), LOG_LEVEL: 'trace' });
    });
    after(async () => {
      await skein[Symbol.asyncDispose]();
      await models[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    });

    const indexed = async (threadId: string) =>
      eventually('everything to be indexed', async () => {
        const { data } = await skein.ask(INDEXING, { id: threadId });
        const states = valuesAt(data, 'thread.messages.edges.*.node.indexing');
        return states.includes('PENDING') ? null : states;
      });

    it('replies with its model, and finds by its embeddings', async () => {
      const threadId = await threadWith(skein, [], { title: 'Weather' });
      const { data } = await skein.ask(SEND, { input: { threadId, content: 'How is the weather?' } });
      assert.equal(valueAt(data, 'sendMessage.failure'), null);
      assert.equal(valueAt(data, 'sendMessage.reply.content'), 'It is raining.');
      assert.equal(valueAt(data, 'sendMessage.reply.model'), 'served-model-2026-01-01');
      assert.deepEqual(await indexed(threadId), ['READY', 'READY']);
      const found = await skein.ask(SEARCH, { query: 'How is the weather?', mode: 'MEANING' });
      assert.equal(valueAt(found.data, 'searchMessages.edges.0.node.message.content'), 'How is the weather?');
    });

    it('names who speaks in the text, where the protocol or the setting says so', async () => {
      const threadId = await threadWith(skein, [], { title: 'Weather' });
      await skein.ask(SEND, { input: { threadId, content: 'How is it?', author: 'Ada Lovelace' } });
      const asked = models.requests.findLastIndex(({ body }) => body['messages'] !== undefined);
      const [rule, question] = wireMessagesOf(models, asked);
      assert.match(rule?.content ?? '', /square brackets/);
      assert.deepEqual(question, { role: 'user', content: '[Ada Lovelace] How is it?' });
      await indexed(threadId);
    });

    it('keeps messages PENDING while the embedding model fails, finds them by words, and tries again', async () => {
      const down = Promise.withResolvers<undefined>();
      const failing = refuses(401, { error: { message: KEY } });
      let refused = 0;
      models.embeddings((response, request) => {
        refused += 1;
        if (refused === 2) down.resolve(undefined);
        return failing(response, request);
      });
      const threadId = await threadWith(skein, ['The barometer fell.'], { title: 'Down' });
      await down.promise;
      const { data } = await skein.ask(INDEXING, { id: threadId });
      assert.equal(valueAt(data, 'thread.messages.edges.0.node.indexing'), 'PENDING');
      assert.equal(valueAt(data, 'viewer.pendingIndexing'), 1);
      const found = await skein.ask(SEARCH, { query: 'barometer' });
      assert.equal(valueAt(found.data, 'searchMessages.edges.0.node.message.content'), 'The barometer fell.');
      models.embeddings(embeds({ dimensions: DIMENSIONS }));
      assert.deepEqual(await indexed(threadId), ['READY']);
    });

    it('embeds the others when one text of a batch is too long, and that one by its beginning', async () => {
      models.embeddings(embeds({ dimensions: DIMENSIONS, mostCharacters: 600 }));
      const threadId = await threadWith(skein, ['short', `a long one: ${'文'.repeat(1_500)}`, 'short, too']);
      assert.deepEqual(await indexed(threadId), ['READY', 'READY', 'READY']);
    });

    for (const code of ['content_filter', 'no_reason']) {
      it(`marks FAILED the one message whose text the model refuses (${code}), and goes on with the others`, async () => {
        models.embeddings(refusesTexts('forbidden', code, embeds({ dimensions: DIMENSIONS })));
        const threadId = await threadWith(skein, ['fine', `a forbidden word: ${code}`, 'fine, too']);
        assert.deepEqual(await indexed(threadId), ['READY', 'FAILED', 'READY']);
        models.embeddings(embeds({ dimensions: DIMENSIONS }));
      });
    }

    it('goes on by words when the query cannot be embedded, and says so when it is to be by meaning', async () => {
      models.embeddings(refuses(401, {}));
      const byWords = await skein.ask(SEARCH, { query: 'weather' });
      assert.notEqual(valueAt(byWords.data, 'searchMessages.edges.length'), 0);
      const byMeaning = await skein.ask(SEARCH, { query: 'weather', mode: 'MEANING' });
      assert.equal(byMeaning.errors?.[0]?.extensions.code, 'UNAVAILABLE');
      models.embeddings(embeds({ dimensions: DIMENSIONS }));
    });

    it('stops in good time while an embedding is under way, and prints its key nowhere', async () => {
      const asked = Promise.withResolvers<undefined>();
      models.embeddings(async (_, request) => {
        asked.resolve(undefined);
        await request.abandoned;
      });
      const threadId = await threadWith(skein, []);
      await skein.ask(APPEND, { input: { threadId, messages: [{ role: 'USER', content: 'Embed this.' }] } });
      await asked.promise;
      assert.deepEqual(await skein.end('SIGTERM'), { status: 0, signal: null });
      assert.doesNotMatch(skein.stdout() + skein.stderr(), new RegExp(KEY));
    });
  });

  describe(`at the start with ${protocol}`, () => {
    const setting = protocol === 'openai' ? 'OPENAI_EMBEDDING_DIMENSIONS' : 'AZURE_INFERENCE_EMBEDDING_DIMENSIONS';

    const serve = async (models: ModelServer, env: Record<string, string> = {}) => {
      await using folder = await aFolder();
      return await runCommand(['serve'], {
        folder: folder.path,
        env: { SKEIN_PORT: '0', ...ENVIRONMENTS[protocol](models.url), ...env },
      });
    };

    it('vectors of other dimensions than configured are refused, with what to set', async () => {
      await using models = await startModelServer(protocol);
      models.embeddings(embeds({ dimensions: DIMENSIONS }));
      const { status, stderr } = await serve(models, { [setting]: '16' });
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`gives vectors of 8 dimensions where 16 are expected: set ${setting} to 8`));
    });

    it('a key that is not accepted is said, and not shown', async () => {
      await using models = await startModelServer(protocol, { key: 'another' });
      const { status, stderr } = await serve(models);
      assert.equal(status, 1);
      assert.match(stderr, /does not accept the credentials/);
      assert.doesNotMatch(stderr, new RegExp(KEY));
    });

    it('a model server that is down is no reason not to start when the dimensions are configured', async () => {
      await using folder = await aFolder();
      await using models = await startModelServer(protocol);
      models.embeddings(refuses(503, 'starting'));
      await using skein = await startServer(folder.path, {
        ...ENVIRONMENTS[protocol](models.url),
        [setting]: String(DIMENSIONS),
      });
      assert.ok(await threadWith(skein, ['Hello.']));
    });
  });
}
