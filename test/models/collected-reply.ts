import type { Log } from '../../src/core/log.ts';
import { ModelFailure, type ChatEvent, type ChatModel, type ChatRequest } from '../../src/models/chat.ts';
import { DEFAULT_RETRIES, type RetryPolicy } from '../../src/models/retries.ts';

export type CollectedReply = {
  readonly text: string;
  readonly end: Extract<ChatEvent, { kind: 'end' }> | null;
  readonly failure: ModelFailure | null;
};

/** Reads a reply to its end, whichever that is. */
export async function collect(
  chat: ChatModel,
  request: Partial<ChatRequest> = {},
  { signal = new AbortController().signal, heard }: { signal?: AbortSignal; heard?: (text: string) => void } = {},
): Promise<CollectedReply> {
  let text = '';
  let end: CollectedReply['end'] = null;
  try {
    for await (const event of chat.reply(aRequest(request), { signal })) {
      if (event.kind === 'end') end = event;
      else {
        text += event.text;
        heard?.(text);
      }
    }
    return { text, end, failure: null };
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    return { text, end, failure: error };
  }
}

export function aRequest(request: Partial<ChatRequest> = {}): ChatRequest {
  return { model: null, turns: [{ role: 'user', content: 'What is the weather?' }], sources: [], ...request };
}

/** The usual policy, with pauses that are written down instead of waited for. */
export function recordedRetries(policy: Partial<RetryPolicy> = {}): RetryPolicy & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    ...DEFAULT_RETRIES,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    ...policy,
    pauses,
  };
}

/** Keeps every line, as JSON, for a look at what is never logged. */
export function keptLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string): void => {
    lines.push(
      `${message} ${JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? [value.message, Object.entries(value)] : value))}`,
    );
  };
  return { debug: keep, info: keep, warn: keep, error: keep, lines };
}
