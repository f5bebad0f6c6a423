import type { Log } from '../../core/log.ts';
import type { Embedder } from '../embedder.ts';
import type { SettingNames } from '../failures.ts';
import { startRemoteEmbedder } from '../remote-embedder.ts';
import { DEFAULT_RETRIES, type RetryPolicy } from '../retries.ts';
import { inferenceClient, type InferenceEndpoint } from './client.ts';
import { explainFault, explainRefusal, readText } from './faults.ts';

export type InferenceEmbedderOptions = InferenceEndpoint & {
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

const SETTINGS: SettingNames = {
  endpoint: 'AZURE_INFERENCE_ENDPOINT',
  key: 'AZURE_INFERENCE_KEY',
  model: 'AZURE_INFERENCE_EMBEDDING_MODEL',
};

/** Cohere's models, the usual ones behind this protocol, take 96 texts a request. */
const LIMITS = { texts: 96, characters: 120_000, requests: 4 };

/** 96 vectors of 4,096 numbers in JSON take some 9 MB. */
const LONGEST_ANSWER = 64 * 1024 * 1024;

/**
 * An embedder on a server of the Azure AI model inference protocol.
 * @throws SkeinError UNAVAILABLE as `startRemoteEmbedder` does
 */
export function connectInferenceEmbedder({
  model,
  dimensions,
  log,
  retries = DEFAULT_RETRIES,
  answerMs = 30_000,
  // Some 500 tokens, which is all that Cohere's models read.
  passageCharacters = 2_000,
  ...endpoint
}: InferenceEmbedderOptions): Promise<Embedder> {
  const client = inferenceClient(endpoint);
  return startRemoteEmbedder({
    provider: 'azure-inference',
    endpoint: endpoint.endpoint,
    model,
    dimensions,
    dimensionsSetting: 'AZURE_INFERENCE_EMBEDDING_DIMENSIONS',
    ask: async (texts, wanted, signal) => {
      const body = { model, input: texts, ...(wanted === null ? {} : { dimensions: wanted }) };
      const answer = await client.post('/embeddings', body, signal);
      if (answer.status !== 200) throw await explainRefusal(answer, SETTINGS);
      const parsed: unknown = JSON.parse(await readText(answer.body, LONGEST_ANSWER));
      return parsed;
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
