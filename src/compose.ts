import type { Config } from './config.ts';
import { createSending } from './conversation/sending.ts';
import { createThreadFeed } from './conversation/thread-feed.ts';
import { createThreads } from './conversation/threads.ts';
import type { Log } from './core/log.ts';
import type { Services } from './graphql/services.ts';
import { startIndexer, type Indexer } from './indexing/indexer.ts';
import { chooseAuthorization } from './models/authorization.ts';
import type { ChatModel } from './models/chat.ts';
import type { Embedder } from './models/embedder.ts';
import { createExtractiveChat } from './models/local/extractive-chat.ts';
import { startLocalEmbedder } from './models/local/local-embedder.ts';
import { createSearch } from './search/search.ts';
import { openSqlite } from './storage/sqlite/engine.ts';
import type { Engine } from './storage/store.ts';
import { startSweeper } from './storage/sweeper.ts';

/** A Skein that is put together, and how to take it apart. */
export type Skein = {
  readonly services: Services;
  readonly engine: Engine;
  readonly embedder: Embedder;
  readonly chat: ChatModel;
  readonly indexer: Indexer;
  /**
   * Lets replies under way end for `graceMs` at most, then closes everything in the order that loses nothing. To be
   * called after the server has stopped taking requests.
   */
  close(graceMs: number): Promise<void>;
};

/** A reply that another server has been writing for longer than any model is given time for is no longer written. */
const ABANDONED_MS = 20 * 60_000;

/**
 * The engine that the configuration names.
 * @throws SkeinError UNAVAILABLE, in words, when it cannot be opened or does not fit
 */
export async function openEngine(config: Config, log: Log, now: () => number = Date.now): Promise<Engine> {
  const { storage } = config;
  if (storage.kind === 'sqlite') {
    return openSqlite({
      path: storage.path,
      now,
      log: (message, error) => {
        log.error({ err: error }, message);
      },
    });
  }
  const { endpoint, database, key, regions } = storage;
  const [{ connectCosmos }, { DefaultAzureCredential }, dimensions] = await Promise.all([
    import('./storage/cosmos/engine.ts'),
    import('@azure/identity'),
    dimensionsOf(config, log),
  ]);
  const identity = key === null ? { credential: new DefaultAzureCredential() } : { key };
  // An account's containers are provisioned; an emulator's, on this machine, may be made as they are needed.
  const createMissing = ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(endpoint).hostname);
  return connectCosmos({ endpoint, database, identity, dimensions, regions, createMissing, now, log });
}

/** How long the embedder's vectors are: containers of Cosmos DB are made for it. */
async function dimensionsOf(config: Config, log: Log): Promise<number> {
  const embedder = await openEmbedder(config, log);
  await embedder.close();
  return embedder.dimensions;
}

/**
 * The embedder that the configuration names. Providers are loaded when they are chosen: their SDKs take memory.
 * @throws SkeinError UNAVAILABLE, in words, when it does not answer or does not fit
 */
export async function openEmbedder({ embedder: config }: Config, log: Log): Promise<Embedder> {
  if (config.kind === 'local') return startLocalEmbedder();
  const { endpoint, model, dimensions } = config;
  const authorization = await chooseAuthorization(config);
  if (config.kind === 'openai') {
    const { connectOpenAiEmbedder } = await import('./models/openai/embedder.ts');
    return connectOpenAiEmbedder({ baseUrl: endpoint, authorization, model, dimensions, log });
  }
  const { connectInferenceEmbedder } = await import('./models/azure-inference/embedder.ts');
  return connectInferenceEmbedder({ endpoint, authorization, model, dimensions, log });
}

/** The chat model that the configuration names. @throws SkeinError UNAVAILABLE when its endpoint cannot be used */
export async function openChat({ chat: config }: Config, log: Log): Promise<ChatModel> {
  if (config.kind === 'local') return createExtractiveChat();
  const { endpoint, model } = config;
  const authorization = await chooseAuthorization(config);
  if (config.kind === 'openai') {
    const { connectOpenAiChat } = await import('./models/openai/chat.ts');
    return connectOpenAiChat({ baseUrl: endpoint, authorization, model, log });
  }
  const { connectInferenceChat } = await import('./models/azure-inference/chat.ts');
  return connectInferenceChat({ endpoint, authorization, model, log });
}

/**
 * Puts Skein together: the one place that knows which engine and which providers there are.
 * @param chat in place of the configured model; for tests that need one that fails
 * @throws SkeinError UNAVAILABLE when the engine cannot be opened
 */
export async function compose(
  config: Config,
  log: Log,
  { chat: given, now = Date.now }: { chat?: ChatModel; now?: () => number } = {},
): Promise<Skein> {
  // What has been opened is closed, the last first: at the end, or when something after it cannot be opened.
  await using opening = new AsyncDisposableStack();
  const engine = opening.adopt(await openEngine(config, log), (it) => it.close());
  const embedder = opening.adopt(await openEmbedder(config, log), (it) => it.close());
  const chat = opening.adopt(given ?? (await openChat(config, log)), (it) => it.close());
  const search = createSearch({ candidates: engine.candidates, messages: engine.messages, embedder, log, now });
  const indexer = opening.adopt(startIndexer({ index: engine.index, embedder, log }), (it) => it.close());
  opening.adopt(startSweeper({ threads: engine.threads, log }), (it) => it.close());
  const feed = createThreadFeed(engine.messages);
  const stored = () => {
    indexer.wake();
  };
  const { threads, messages, index } = engine;
  const sending = createSending({
    threads,
    messages,
    search,
    chat,
    feed,
    stored,
    now,
    log,
    historyTokens: config.historyTokens,
  });
  const recovered = await sending.recover(engine.shared ? now() - ABANDONED_MS : now() + 1);
  if (recovered > 0) log.warn({ replies: recovered }, 'replies that an earlier stop had interrupted are marked FAILED');

  const opened = opening.move();
  return {
    services: {
      threads: createThreads({ threads, messages, feed, stored, now }),
      sending,
      feed,
      search,
      reads: { threads, messages, index },
    },
    engine,
    embedder,
    chat,
    indexer,
    async close(graceMs) {
      await sending.close(graceMs);
      feed.close();
      await opened.disposeAsync();
    },
  };
}
