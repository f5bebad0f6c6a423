import { chatGptConversation } from './chatgpt-shape.ts';
import { convertConversation } from './chatgpt-conversation.ts';
import { describeIssues, quoted } from './describe-issue.ts';
import { readElements, type Element } from './elements.ts';
import { ruleBrokenByThread } from './record.ts';
import type { Source, SourceInput, SourceThread } from './source.ts';

/**
 * Reads the conversations of a ChatGPT export, one in memory at a time.
 *
 * @param shape `array`: conversations.json as exported; `sequence`: conversations one after the other
 */
export function readChatGpt(input: SourceInput, shape: 'array' | 'sequence'): Source {
  return { threads: threadsOf(input, shape), close() {} };
}

async function* threadsOf(
  { file, listener, signal, now }: SourceInput,
  shape: 'array' | 'sequence',
): AsyncGenerator<SourceThread> {
  listener.stage('Importing', file.size, 'bytes');
  const started = now();
  const chunks = file.chunks(listener.reached);
  for await (const element of readElements(chunks, { shape })) {
    if (signal.aborted) return;
    const read = element.kind === 'bad' ? element.reason : toThread(element);
    if (typeof read === 'string') listener.bad(placeOf(element), read);
    else yield read;
  }

  function toThread(element: Element & { kind: 'value' }): SourceThread | string {
    const { value, bytes } = element;
    const place = placeOf(element);
    if (typeof value !== 'object' || value === null) return `must be an object, not ${quoted(value)}`;
    const parsed = chatGptConversation.safeParse(value, { reportInput: true });
    if (!parsed.success) return describeIssues(parsed.error.issues, 'conversation');
    const { thread, messages, bad } = convertConversation(parsed.data);
    const fault = ruleBrokenByThread(thread, started);
    if (fault !== null) return fault;
    for (const { key, reason } of bad) listener.bad(`${place}, message ${quoted(key)}`, reason);
    return { place, thread, described: true, bytes, messages };
  }
}

function placeOf(element: Element): string {
  return `conversation ${String(element.index)} (line ${String(element.line)}, byte ${String(element.offset)})`;
}
