/** No event of a chat completion comes near it: what does is not one. */
const LONGEST_EVENT = 8 * 1024 * 1024;

/**
 * Reads the data of server-sent events (WHATWG HTML, 9.2) from bytes that may be cut anywhere: inside a character, a line
 * end or a field. Names, ids and comments are left out. An event that the end of the stream cuts is no event.
 * @throws RangeError when an event grows without end
 */
export async function* serverSentEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true });
    // A carriage return at the very end may be half a line end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    size += chunk.length;
    if (size > LONGEST_EVENT) throw new RangeError('a server-sent event without end');
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
        size = rest.length;
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      }
    }
  }
}
