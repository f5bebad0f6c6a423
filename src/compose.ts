import type { Config, EmbedderConfig } from './config.ts';
import { createSending } from './conversation/sending.ts';
import { createThreadFeed } from './conversation/thread-feed.ts';
import { createThreads } from './conversation/threads.ts';
import { isSameModel, type EmbeddingModel } from './core/embedding-model.ts';
import type { Log } from './core/log.ts';
import { startMeter } from './core/meter.ts';
import type { Services } from './graphql/services.ts';
import { startIndexer, type Indexer } from './indexing/indexer.ts';
import { openServingEmbedder, type ServingEmbedder } from './indexing/serving-embedder.ts';
import { chooseAuthorization } from './models/authorization.ts';
import type { ChatModel } from './models/chat.ts';
import type { Embedder } from './models/embedder.ts';
import { createExtractiveChat } from './models/local/extractive-chat.ts';
import { startLocalEmbedder } from './models/local/local-embedder.ts';
import { tokenCounterFor } from './models/tokens.ts';
import { createSearch } from './search/search.ts';
import { openSqlite } from './storage/sqlite/engine.ts';
import type { IndexModels } from './storage/indexed.ts';
import type { Engine } from './storage/store.ts';
import { startSweeper } from './storage/sweeper.ts';

/** A Skein that is put together, and how to take it apart. */
export type Skein = {
  readonly services: Services;
  readonly engine: Engine;
  readonly embedder: Embedder;
  readonly chat: ChatModel;
  readonly indexer: Indexer;
  /** What became of the embedding models at the start: whether another is being built than serves. */
  readonly switching: Switching;
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
  // An account's containers are provisioned; an emulator's, on this machine, may be made as they are needed: by a key.
  const createMissing = key !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(endpoint).hostname);
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

/**
 * A model that served before the configured one, asked where it was asked then: on this machine, or at the endpoint that
 * is configured now. Null when that is another, or does not give its vectors any more.
 */
async function openFormer(config: Config, model: EmbeddingModel, log: Log): Promise<Embedder | null> {
  const { provider, host, name } = model.origin;
  const { embedder: now } = config;
  const former = formerConfig();
  if (former === null) return null;
  try {
    const opened = await openEmbedder({ ...config, embedder: former }, log);
    if (isSameModel(opened, model)) return opened;
    await opened.close();
  } catch (error) {
    log.warn({ err: error, model: model.model }, 'the former embedding model cannot be asked any more');
  }
  return null;

  function formerConfig(): EmbedderConfig | null {
    if (provider === 'local') return { kind: 'local' };
    if (now.kind !== provider || now.kind === 'local' || new URL(now.endpoint).host !== host) return null;
    return { ...now, model: name, dimensions: model.dimensions };
  }
}

/** A start's embedding models: what serves, what is built, and whether what serves can be asked for new texts. */
export type Switching = IndexModels & { readonly isServed: boolean };

type Indexing = {
  readonly indexer: Indexer;
  readonly serving: ServingEmbedder;
  readonly switching: Switching;
  close(): Promise<void>;
};

/** Servers that share an engine look this often whether another one has switched models. */
const FOLLOW_MS = 30_000;

/**
 * Adopts the embedder's model, and starts to embed what waits. With vectors of another model there, they serve until the
 * embedder's are complete.
 * @throws SkeinError UNAVAILABLE when the engine cannot have vectors of that length
 */
export async function startIndexing({
  config,
  engine,
  embedder,
  log,
}: {
  config: Config;
  engine: Engine;
  embedder: Embedder;
  log: Log;
}): Promise<Indexing> {
  const { index } = engine;
  const models = await index.adopt(embedder, { meter: startMeter() });
  const open = (model: EmbeddingModel) => openFormer(config, model, log);
  const serving = await openServingEmbedder({ index, embedder, open }, models);
  const indexer = startIndexer({
    index,
    embedder,
    former: serving.former(),
    onPromoted: () => serving.follow(),
    keepMs: engine.shared ? 4 * FOLLOW_MS : 0,
    log,
  });
  const following = engine.shared
    ? setInterval(() => {
        serving.follow().catch((error: unknown) => {
          log.warn({ err: error }, 'which embedding model serves could not be read');
        });
      }, FOLLOW_MS).unref()
    : undefined;
  return {
    indexer,
    serving,
    switching: { ...models, isServed: models.building === null || serving.former() !== null },
    async close() {
      clearInterval(following);
      await indexer.close();
      await serving.close();
    },
  };
}

/** The chat model that the configuration names. @throws SkeinError UNAVAILABLE when its endpoint cannot be used */
export async function openChat({ chat: config }: Config, log: Log): Promise<ChatModel> {
  if (config.kind === 'local') return createExtractiveChat();
  const { endpoint, model } = config;
  const authorization = await chooseAuthorization(config);
  if (config.kind === 'openai') {
    const { connectOpenAiChat } = await import('./models/openai/chat.ts');
    return connectOpenAiChat({ baseUrl: endpoint, authorization, model, speakerNames: config.speakerNames, log });
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
  // Loaded here, where nobody waits for anything: a first reply would hold everybody up with it, for 140 ms.
  await tokenCounterFor(chat.model);
  const indexing = opening.adopt(await startIndexing({ config, engine, embedder, log }), (it) => it.close());
  const { indexer, serving, switching } = indexing;
  const search = createSearch({
    candidates: engine.candidates,
    messages: engine.messages,
    embedder: serving.current,
    log,
    now,
  });
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
    switching,
    async close(graceMs) {
      await sending.close(graceMs);
      feed.close();
      await opened.disposeAsync();
    },
  };
}
