import { indexWrites } from './index-store.ts';
import { appendMessages } from './append.ts';
import { deleteMessage } from './message-removal.ts';
import { failPendingReplies, finishReply } from './reply-end.ts';
import { deleteThread, expireThreads, removeDeleted } from './thread-removal.ts';
import { replaceReply } from './replace-reply.ts';
import { mergeSegments } from './segment-merge.ts';
import { createThread, updateThread } from './thread-writes.ts';

/** Everything that the writer's thread runs, each whole or not at all. */
export const writeOperations = {
  createThread,
  updateThread,
  deleteThread,
  expireThreads,
  removeDeleted,
  appendMessages,
  replaceReply,
  finishReply,
  failPendingReplies,
  deleteMessage,
  mergeSegments,
  ...indexWrites,
};

export type WriteOperations = typeof writeOperations;
