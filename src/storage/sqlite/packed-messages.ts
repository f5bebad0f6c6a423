import { giveWay } from '../../core/turns.ts';
import type { NewMessage } from '../store.ts';

/** A content of so many characters goes as bytes: shorter ones are copied sooner than encoded. */
const LONG_CONTENT = 50_000;

/** A message on its way to the writer, its content as UTF-8 where that is long. */
export type PackedMessage = Omit<NewMessage, 'content'> & { readonly content: string | Uint8Array<ArrayBuffer> };

/**
 * Encodes long contents in turns, each into memory of its own, which can be handed over to another thread. As texts they
 * are copied all at once: 20 of 1 MB took 20 to 40 ms on the thread that serves everybody.
 */
export async function packMessages(messages: readonly NewMessage[]): Promise<PackedMessage[]> {
  const packed: PackedMessage[] = [];
  for (const message of messages) {
    if (message.content.length < LONG_CONTENT) {
      packed.push(message);
    } else {
      await giveWay();
      packed.push({ ...message, content: encoder.encode(message.content) });
    }
  }
  return packed;
}

export function unpackMessages(messages: readonly PackedMessage[]): NewMessage[] {
  return messages.map(({ content, ...message }) => ({
    ...message,
    content: typeof content === 'string' ? content : decoder.decode(content),
  }));
}

/** The memory in which the contents are that were encoded. */
export function encodedContents(messages: readonly PackedMessage[]): ArrayBuffer[] {
  return messages.flatMap(({ content }) => (typeof content === 'string' ? [] : [content.buffer]));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
