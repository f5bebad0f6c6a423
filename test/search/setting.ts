import type { TestContext } from 'node:test';
import type { Scope } from '../../src/core/identity.ts';
import { startIndexer } from '../../src/indexing/indexer.ts';
import type { Embedder } from '../../src/models/embedder.ts';
import { createSearch, type Search, type SearchRequest } from '../../src/search/search.ts';
import type { Engine, NewMessage } from '../../src/storage/store.ts';
import { startThread } from '../storage/contract/setting.ts';
import { aDataFile, openFor } from '../storage/sqlite/open-engine.ts';
import { aCall, aMessage, aScope } from '../support/builders.ts';
import { aLetterEmbedder } from '../support/letter-embedder.ts';
import { silentLog } from '../support/silent-log.ts';

export const scope = aScope();

type Setting = {
  readonly engine: Engine;
  readonly search: Search;
  /** Stores a thread with these messages and embeds them. */
  say(...messages: (string | NewMessage)[]): ReturnType<typeof startThread>;
  /** The contents of a page. */
  found(query: string, fields?: Partial<SearchRequest>, whose?: Scope): Promise<string[]>;
};

/** A search over an engine in a folder of its own. */
export async function setUp(t: TestContext, embedder: Embedder = aLetterEmbedder()): Promise<Setting> {
  const engine = await openFor(t, { path: aDataFile(t) });
  const indexer = startIndexer({ index: engine.index, embedder, log: silentLog });
  t.after(() => indexer.close());
  t.after(() => embedder.close());
  const { candidates, messages } = engine;
  const search = createSearch({ candidates, messages, embedder: () => embedder, log: silentLog, now: Date.now });
  return {
    engine,
    search,
    async say(...said) {
      const stored = said.map((one) => (typeof one === 'string' ? aMessage({ content: one }) : one));
      const started = await startThread(engine, scope, {}, stored);
      indexer.wake();
      await indexer.idle();
      return started;
    },
    async found(query, fields = {}, whose = scope) {
      const page = await search.messages(whose, aRequest({ query, ...fields }), aCall());
      return page.hits.map(({ message }) => message.content);
    },
  };
}

/** A request for ten kayaks, but for what a test says otherwise. */
export function aRequest(fields: Partial<SearchRequest> = {}): SearchRequest {
  return { query: 'kayak', filter: {}, mode: 'HYBRID', minScore: null, first: 10, after: null, ...fields };
}
