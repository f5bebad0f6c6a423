import type { MessageStore } from '../store.ts';
import { appendMessages } from './append.ts';
import { countMessages, getMessages, listMessages } from './message-reads.ts';
import { deleteMessage } from './message-removal.ts';
import type { Parts } from './parts.ts';
import { replaceReply } from './replace-reply.ts';
import { failPendingReplies, finishReply } from './reply-end.ts';

/** The message port over Cosmos DB. */
export function cosmosMessages(parts: Parts): MessageStore {
  return {
    append: (scope, thread, messages, call) => appendMessages(parts, scope, thread, messages, call),
    replaceReply: (scope, replaced, reply, call) => replaceReply(parts, scope, replaced, reply, call),
    get: (scope, keys, call) => getMessages(parts, scope, keys, call),
    list: (scope, queries, call) => listMessages(parts, scope, queries, call),
    count: (scope, queries, call) => countMessages(parts, scope, queries, call),
    finish: (scope, message, outcome, call) => finishReply(parts, scope, message, outcome, call),
    delete: (scope, message, call) => deleteMessage(parts, scope, message, call),
    failPending: (before, failure, call) => failPendingReplies(parts, before, failure, call),
  };
}
