import type { MessageId } from '../src/core/ids.ts';
import type { NewMessage } from '../src/storage/store.ts';
import type { CorpusMessage } from './corpus.ts';

/** A corpus' message as the store takes it: said, and nothing else about it. @param createdAt epoch milliseconds */
export function plainMessage(id: MessageId, { role, content }: CorpusMessage, createdAt: number): NewMessage {
  return {
    id,
    role,
    content,
    author: null,
    toolCalls: [],
    toolCallId: null,
    model: null,
    status: 'COMPLETE',
    finishReason: null,
    usage: null,
    latencyMs: null,
    metadata: {},
    createdAt,
    replyTo: null,
  };
}
