import type { MessageStore } from '../store.ts';
import { appendMessages } from './append.ts';
import { countMessages, getMessages, listMessages } from './message-reads.ts';
import { deleteMessage } from './message-removal.ts';
import type { Parts } from './parts.ts';
import { replaceReply } from './replace-reply.ts';
import { failPendingReplies, finishReply } from './reply-end.ts';

/** The message port over Cosmos DB. */
export function cosmosMessages(parts: Parts): MessageStore {
  const { waiting } = parts;
  return {
    async append(scope, thread, messages, call) {
      const appended = await appendMessages(parts, scope, thread, messages, call);
      const fresh = appended.messages.filter(({ created }) => created).map(({ message }) => message);
      waiting.stored(scope.tenant, fresh);
      return appended;
    },
    async replaceReply(scope, replaced, reply, call) {
      const appended = await replaceReply(parts, scope, replaced, reply, call);
      if (appended.created) waiting.stored(scope.tenant, [appended.reply]);
      return appended;
    },
    get: (scope, keys, call) => getMessages(parts, scope, keys, call),
    list: (scope, queries, call) => listMessages(parts, scope, queries, call),
    count: (scope, queries, call) => countMessages(parts, scope, queries, call),
    async finish(scope, message, outcome, call) {
      const finished = await finishReply(parts, scope, message, outcome, call);
      waiting.stored(scope.tenant, [finished.reply]);
      return finished;
    },
    delete: (scope, message, call) => deleteMessage(parts, scope, message, call),
    failPending: (before, failure, call) => failPendingReplies(parts, before, failure, call),
  };
}
