import type { Recall } from '../conversation/recall.ts';
import type { RegenerateInput, SendInput } from '../conversation/input.ts';
import { messageKeyOf } from '../core/global-id.ts';
import type { Viewer } from '../core/identity.ts';
import { within } from './connection.ts';
import { messageFilter } from './filters.ts';
import { chatTools } from './tool-input.ts';
import type { RecallInput, RegenerateReplyInput, SendMessageInput } from './generated.ts';

/** What mutation and subscription both take. @throws SkeinError BAD_USER_INPUT, LIMIT_EXCEEDED */
export function sendInput(viewer: Viewer, input: SendMessageInput): SendInput {
  return {
    content: input.content ?? null,
    author: input.author ?? null,
    model: input.model ?? null,
    tools: chatTools(input.tools),
    recall: input.recall == null ? null : recallInput(viewer, input.recall),
    idempotencyKey: input.idempotencyKey ?? null,
    metadata: input.metadata ?? {},
  };
}

/** @throws SkeinError BAD_USER_INPUT, LIMIT_EXCEEDED, NOT_FOUND on an id that names no message */
export function regenerateInput(viewer: Viewer, input: RegenerateReplyInput): RegenerateInput {
  return {
    messageId: input.messageId == null ? null : messageKeyOf(input.messageId, 'input.messageId').message,
    model: input.model ?? null,
    tools: chatTools(input.tools),
    recall: input.recall == null ? null : recallInput(viewer, input.recall),
    idempotencyKey: input.idempotencyKey ?? null,
  };
}

function recallInput(viewer: Viewer, { topK = 5, neighbours = 1, minScore, filter }: RecallInput): Recall {
  return {
    topK: within(topK, 1, 20, 'input.recall.topK'),
    neighbours: within(neighbours, 0, 5, 'input.recall.neighbours'),
    minScore: minScore == null ? null : within(minScore, 0, 1, 'input.recall.minScore'),
    filter: messageFilter(viewer, filter, 'input.recall.filter'),
  };
}
