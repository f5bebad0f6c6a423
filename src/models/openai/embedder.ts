import type { Log } from '../../core/log.ts';
import type { Authorization } from '../authorization.ts';
import type { Embedder } from '../embedder.ts';
import type { SettingNames } from '../failures.ts';
import { startRemoteEmbedder } from '../remote-embedder.ts';
import { DEFAULT_RETRIES, type RetryPolicy } from '../retries.ts';
import { openAiClient } from './client.ts';
import { explainFault } from './faults.ts';

export type OpenAiEmbedderOptions = {
  /** Up to and with `/v1`. */
  readonly baseUrl: string;
  readonly authorization: Authorization;
  /** Of Azure, the deployment's name. */
  readonly model: string;
  /** Null: as many as the model gives; then it has to answer at the start. */
  readonly dimensions: number | null;
  readonly log: Log;
  readonly retries?: RetryPolicy;
  /** How long one request may take. */
  readonly answerMs?: number;
  /** Longer texts are to be cut into passages by the caller. */
  readonly passageCharacters?: number;
};

const SETTINGS: SettingNames = { endpoint: 'OPENAI_BASE_URL', key: 'OPENAI_API_KEY', model: 'OPENAI_EMBEDDING_MODEL' };

/**
 * OpenAI takes 2,048 texts and 300,000 tokens a request; no text has more tokens than twice its characters. Other servers
 * take fewer texts at once and say so with 413, on which the batch is halved.
 */
const LIMITS = { texts: 256, characters: 120_000, requests: 4 };

/**
 * An embedder on any server of OpenAI's protocol. Its vectors come as base64, a quarter of the bytes that numbers take.
 * @throws SkeinError UNAVAILABLE as `startRemoteEmbedder` does
 */
export function connectOpenAiEmbedder({
  baseUrl,
  authorization,
  model,
  dimensions,
  log,
  retries = DEFAULT_RETRIES,
  answerMs = 30_000,
  // Some 500 tokens: what most models of this kind were trained on, and less than the smallest of them takes.
  passageCharacters = 2_000,
}: OpenAiEmbedderOptions): Promise<Embedder> {
  const client = openAiClient(baseUrl);
  return startRemoteEmbedder({
    provider: 'openai',
    endpoint: baseUrl,
    model,
    dimensions,
    dimensionsSetting: 'OPENAI_EMBEDDING_DIMENSIONS',
    ask: async (texts, wanted, signal) => {
      const headers = await authorization.headers();
      return client.embeddings.create(
        {
          model,
          input: [...texts],
          // Named, so that the SDK leaves the decoding to us: it takes numbers for base64 when a server sends them.
          encoding_format: 'base64',
          ...(wanted === null ? {} : { dimensions: wanted }),
        },
        { headers, signal },
      );
    },
    explain: (error) => explainFault(error, SETTINGS),
    limits: LIMITS,
    retries,
    answerMs,
    passageCharacters,
    // Twice the built-in embedder's: models of this kind find what keywords miss, so that neither drowns the other.
    rankingWeight: 1,
    log,
  });
}
