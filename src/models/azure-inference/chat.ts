import type { Log } from '../../core/log.ts';
import { ModelFailure, type ChatModel, type ChatRequest } from '../chat.ts';
import { failureOfRefusal, type SettingNames } from '../failures.ts';
import { DEFAULT_RETRIES, type RetryPolicy } from '../retries.ts';
import { DEFAULT_PATIENCE, streamReply, type Patience } from '../stream-reply.ts';
import { wireMessages, wireTools } from '../wire-messages.ts';
import { inferenceClient, type InferenceEndpoint } from './client.ts';
import { explainFault, explainRefusal } from './faults.ts';
import { serverSentEvents } from './server-sent-events.ts';

export type InferenceChatOptions = InferenceEndpoint & {
  readonly model: string;
  readonly log: Log;
  readonly patience?: Patience;
  readonly retries?: RetryPolicy;
};

const SETTINGS: SettingNames = {
  endpoint: 'AZURE_INFERENCE_ENDPOINT',
  key: 'AZURE_INFERENCE_KEY',
  model: 'AZURE_INFERENCE_CHAT_MODEL',
};

/** A chat model on a server of the Azure AI model inference protocol. */
export function connectInferenceChat({
  model,
  log,
  patience = DEFAULT_PATIENCE,
  retries = DEFAULT_RETRIES,
  ...endpoint
}: InferenceChatOptions): ChatModel {
  const client = inferenceClient(endpoint);
  const closing = new AbortController();

  const open = async (request: ChatRequest, signal: AbortSignal) => {
    const tools = wireTools(request.tools);
    const answer = await client.post(
      '/chat/completions',
      {
        model: request.model ?? model,
        // The protocol's messages have no names of their own.
        messages: wireMessages(request, 'text'),
        ...(tools === undefined ? {} : { tools }),
        stream: true,
        stream_options: { include_usage: true },
      },
      signal,
    );
    if (answer.status !== 200) throw await explainRefusal(answer, SETTINGS);
    return chunksOf(answer.body);
  };

  return {
    model,
    answersFromSources: false,
    reply: (request, { signal }) =>
      streamReply({
        open: (requestSignal) => open(request, requestSignal),
        explain: (error) => explainFault(error, SETTINGS),
        model: request.model ?? model,
        signals: [signal, closing.signal],
        patience,
        retries,
        log,
      }),
    close() {
      closing.abort(new ModelFailure('INTERRUPTED', 'Skein is stopping.', { retryable: true }));
      return Promise.resolve();
    },
  };
}

async function* chunksOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void> {
  for await (const data of serverSentEvents(body)) {
    if (data === '[DONE]') return;
    const chunk: unknown = JSON.parse(data);
    if (typeof chunk === 'object' && chunk !== null && 'error' in chunk && chunk.error !== null) {
      throw failureOfRefusal({ status: null, error: chunk.error, retryAfterMs: undefined }, SETTINGS);
    }
    yield chunk;
  }
}
