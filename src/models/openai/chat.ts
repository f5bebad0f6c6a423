import type { Log } from '../../core/log.ts';
import type { Authorization } from '../authorization.ts';
import { ModelFailure, type ChatModel, type ChatRequest } from '../chat.ts';
import type { SettingNames } from '../failures.ts';
import type { SpeakerNames } from '../name-speakers.ts';
import { DEFAULT_RETRIES, type RetryPolicy } from '../retries.ts';
import { DEFAULT_PATIENCE, streamReply, type Patience } from '../stream-reply.ts';
import { wireMessages, wireTools } from '../wire-messages.ts';
import { openAiClient } from './client.ts';
import { explainFault } from './faults.ts';

export type OpenAiChatOptions = {
  /** Up to and with `/v1`: `https://api.openai.com/v1`, `https://NAME.openai.azure.com/openai/v1/`, `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly authorization: Authorization;
  /** Of Azure, the deployment's name. */
  readonly model: string;
  readonly log: Log;
  /** `field` unless the server ignores or refuses the protocol's `name`. */
  readonly speakerNames?: SpeakerNames;
  readonly patience?: Patience;
  readonly retries?: RetryPolicy;
  readonly settings?: SettingNames;
};

const SETTINGS: SettingNames = { endpoint: 'OPENAI_BASE_URL', key: 'OPENAI_API_KEY', model: 'OPENAI_CHAT_MODEL' };

/** A chat model on any server of OpenAI's protocol: Azure OpenAI, Foundry, OpenAI, Ollama, vLLM. */
export function connectOpenAiChat({
  baseUrl,
  authorization,
  model,
  log,
  speakerNames = 'field',
  patience = DEFAULT_PATIENCE,
  retries = DEFAULT_RETRIES,
  settings = SETTINGS,
}: OpenAiChatOptions): ChatModel {
  const client = openAiClient(baseUrl);
  const closing = new AbortController();

  const open = async (request: ChatRequest, signal: AbortSignal) => {
    const tools = wireTools(request.tools);
    const headers = await authorization.headers();
    return client.chat.completions.create(
      {
        model: request.model ?? model,
        messages: wireMessages(request, speakerNames),
        ...(tools === undefined ? {} : { tools }),
        stream: true,
        stream_options: { include_usage: true },
      },
      { headers, signal },
    );
  };

  return {
    model,
    answersFromSources: false,
    reply: (request, { signal }) =>
      streamReply({
        open: (requestSignal) => open(request, requestSignal),
        explain: (error) => explainFault(error, settings),
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
