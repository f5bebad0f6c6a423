import type { MessageKey, ThreadKey } from '../core/ids.ts';
import type { Message, Thread } from '../core/thread.ts';

/** What happens in a thread, as its followers see it. */
export type ThreadEvent =
  | { readonly kind: 'appended'; readonly message: Message }
  | { readonly kind: 'finished'; readonly message: Message }
  | { readonly kind: 'superseded'; readonly key: MessageKey }
  | { readonly kind: 'messageDeleted'; readonly key: MessageKey }
  | { readonly kind: 'changed'; readonly thread: Thread }
  | { readonly kind: 'deleted'; readonly key: ThreadKey };
