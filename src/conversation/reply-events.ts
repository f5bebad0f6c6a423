import type { MessageKey } from '../core/ids.ts';
import type { Failure, Message, Thread } from '../core/thread.ts';

/** What happens while a reply is written, in this order; deltas any number of times. */
export type ReplyEvent =
  | { readonly kind: 'stored'; readonly userMessage: Message; readonly reply: MessageKey }
  | { readonly kind: 'delta'; readonly reply: MessageKey; readonly text: string }
  | { readonly kind: 'completed'; readonly reply: Message; readonly thread: Thread }
  | { readonly kind: 'failed'; readonly reply: Message; readonly failure: Failure };
