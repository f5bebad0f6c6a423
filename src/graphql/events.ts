import type { ReplyEvent } from '../conversation/reply-events.ts';
import type { ThreadEvent } from '../conversation/thread-events.ts';
import { encodeMessageId, encodeThreadId } from '../core/global-id.ts';
import type { ResolversUnionTypes, ResolversTypes } from './generated.ts';

type Presented<Union extends keyof ResolversUnionTypes<ResolversTypes>> = ResolversUnionTypes<ResolversTypes>[Union];

/** An event of a reply as the contract's union has it. */
export function presentReplyEvent(event: ReplyEvent): Presented<'ReplyEvent'> {
  switch (event.kind) {
    case 'stored':
      return { __typename: 'MessageStored', userMessage: event.userMessage, replyId: encodeMessageId(event.reply) };
    case 'delta':
      return { __typename: 'ReplyDelta', replyId: encodeMessageId(event.reply), text: event.text };
    case 'completed':
      return { __typename: 'ReplyCompleted', reply: event.reply, thread: event.thread };
    case 'failed':
      return { __typename: 'ReplyFailed', reply: event.reply, failure: event.failure };
  }
}

/** An event of a thread as the contract's union has it. */
export function presentThreadEvent(event: ThreadEvent): Presented<'ThreadEvent'> {
  switch (event.kind) {
    case 'appended':
      return { __typename: 'MessageAppended', message: event.message };
    case 'finished':
      return { __typename: 'MessageFinished', message: event.message };
    case 'superseded':
      return { __typename: 'MessageSuperseded', supersededId: encodeMessageId(event.key) };
    case 'messageDeleted':
      return { __typename: 'MessageDeleted', deletedId: encodeMessageId(event.key) };
    case 'changed':
      return { __typename: 'ThreadChanged', thread: event.thread };
    case 'deleted':
      return { __typename: 'ThreadDeleted', deletedId: encodeThreadId(event.key) };
  }
}
