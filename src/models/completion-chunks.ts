import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ToolCall, Usage } from '../core/thread.ts';
import { ModelFailure, type ChatEvent } from './chat.ts';
import { filtered, malformed } from './failures.ts';

const toolCallPiece = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});

/** One `chat.completion.chunk`, as far as a reply needs it. Servers differ in what they leave out or set to null. */
const completionChunk = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            tool_calls: z.array(toolCallPiece).nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish().catch(null),
});

type ToolCallPiece = z.infer<typeof toolCallPiece>;
type Draft = { id: string; name: string; arguments: string };

/**
 * Puts a reply together from the chunks of a streamed chat completion. The finish reason makes it whole; what comes
 * after that (usage, in a chunk of its own) is welcome and not needed.
 * @param heard told of every chunk, and whether the reply is whole
 * @throws ModelFailure CONTENT_FILTERED when that is the finish reason; UNAVAILABLE when the stream is cut or malformed
 */
export async function* assembleReply(
  chunks: AsyncIterable<unknown>,
  { model, heard }: { model: string; heard: (whole: boolean) => void },
): AsyncGenerator<ChatEvent, void> {
  const tools = toolCallDrafts();
  let answering = model;
  let finishReason: string | null = null;
  let usage: Usage | null = null;
  try {
    for await (const raw of chunks) {
      const chunk = completionChunk.safeParse(raw);
      if (!chunk.success) throw malformed('an event that is no part of a chat completion');
      if (chunk.data.model) answering = chunk.data.model;
      if (chunk.data.usage) {
        usage = { inputTokens: chunk.data.usage.prompt_tokens, outputTokens: chunk.data.usage.completion_tokens };
      }
      const choice = chunk.data.choices?.[0];
      finishReason = choice?.finish_reason ?? finishReason;
      heard(finishReason !== null);
      for (const piece of choice?.delta?.tool_calls ?? []) tools.add(piece);
      const text = choice?.delta?.content ?? choice?.delta?.refusal ?? '';
      if (text !== '') yield { kind: 'delta', text };
    }
  } catch (error) {
    if (finishReason === null) throw error;
  }
  if (finishReason === 'content_filter') throw filtered();
  if (finishReason === null) {
    throw new ModelFailure('UNAVAILABLE', 'The model’s server stopped before the reply was whole.', {
      retryable: true,
    });
  }
  yield { kind: 'end', model: answering, finishReason, usage, toolCalls: tools.finished(), drawnOn: null };
}

/** Tool calls come in fragments that `index` tells apart; a few servers leave it out and send each call whole. */
function toolCallDrafts() {
  const drafts = new Map<number, Draft>();
  let last = -1;
  return {
    add(piece: ToolCallPiece): void {
      const startsAnother = piece.id ? piece.id !== drafts.get(last)?.id : last === -1;
      last = piece.index ?? (startsAnother ? last + 1 : last);
      const draft = drafts.get(last) ?? { id: '', name: '', arguments: '' };
      drafts.set(last, {
        id: draft.id === '' ? (piece.id ?? '') : draft.id,
        name: draft.name === '' ? (piece.function?.name ?? '') : draft.name,
        arguments: draft.arguments + (piece.function?.arguments ?? ''),
      });
    },
    finished(): ToolCall[] {
      return [...drafts.entries()]
        .toSorted(([a], [b]) => a - b)
        .map(([, { id, ...call }]) => ({ id: id === '' ? `call_${randomUUID()}` : id, ...call }));
    },
  };
}
