import type { Log } from '../../src/core/log.ts';
import { withoutKey, type Authorization } from '../../src/models/authorization.ts';
import type { ChatModel } from '../../src/models/chat.ts';
import type { RetryPolicy } from '../../src/models/retries.ts';
import { DEFAULT_PATIENCE, type Patience } from '../../src/models/stream-reply.ts';
import { countsTokens, finishes, says } from '../support/model-servers/answers.ts';
import type { ModelServer, startModelServer } from '../support/model-servers/model-server.ts';
import { keptLog, recordedRetries } from './collected-reply.ts';

/** A provider of replies, and the names that its messages use. */
export type ChatProvider = {
  readonly protocol: Parameters<typeof startModelServer>[0];
  readonly settings: { readonly endpoint: string; readonly key: string; readonly model: string };
  readonly connect: (options: {
    url: string;
    model: string;
    authorization: Authorization;
    patience: Patience;
    retries: RetryPolicy;
    log: Log;
  }) => ChatModel;
};

/** A whole reply: `Grüße, 日本 🌦️!` */
export const HELLO = [says('Grüße, '), says('日本 '), says('🌦️!'), finishes(), countsTokens(12, 5)];
/** The beginning of one: `It is raining` */
export const BEGUN = [says('It is '), says('raining')];
export const SECRET = 'secret-key-8cc1';

/** The provider, connected to the server, with what the test does not care about filled in. */
export function connected(
  { connect }: ChatProvider,
  {
    server,
    patience,
    authorization = withoutKey(),
    retries = recordedRetries(),
    log = keptLog(),
  }: {
    server: ModelServer;
    patience?: Partial<Patience>;
    authorization?: Authorization;
    retries?: RetryPolicy;
    log?: Log;
  },
): ChatModel {
  return connect({
    url: server.url,
    model: 'asked-model',
    authorization,
    patience: { ...DEFAULT_PATIENCE, ...patience },
    retries,
    log,
  });
}
