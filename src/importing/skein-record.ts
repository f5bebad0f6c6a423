import { z } from 'zod';
import { describeIssues, jsonFault, quoted } from './describe-issue.ts';
import {
  bareThread,
  ruleBrokenByMessage,
  ruleBrokenByThread,
  type MessageRecord,
  type ThreadRecord,
} from './record.ts';

/**
 * Skein's own file format, JSON Lines: UTF-8, one record a line, threads and messages in any order.
 *
 * ```
 * {"type":"thread","key":"t01","title":"Gateway timeouts","agent":"ops-bot","instructions":"Be brief.",
 *  "status":"ACTIVE","metadata":{"team":"core"},"createdAt":"2026-05-01T09:30:00Z","expiresAt":null}
 * {"type":"message","thread":"t01","key":"m01","seq":1,"role":"USER","author":"Mara","content":"It times out again.",
 *  "toolCalls":[{"id":"c1","name":"search","arguments":"{}"}],"toolCallId":null,"model":null,
 *  "usage":{"inputTokens":12,"outputTokens":0},"metadata":{},"createdAt":"2026-05-01T09:30:05Z"}
 * ```
 *
 * (Each record is on one line in a file.) Required are `type`, `key`, and of a message `thread`, `role` and `content`
 * (`content` may be left out beside `toolCalls`); null is the same as absent. A field that is not listed is refused
 * rather than lost. Keys are the writer's own: a record whose key was imported before is not stored again.
 */
export type SkeinRecord =
  | { readonly kind: 'thread'; readonly thread: ThreadRecord }
  | { readonly kind: 'message'; readonly thread: string; readonly seq: number | null; readonly message: MessageRecord }
  /** `thread`: the key, where the bad record is a thread's and tells it. */
  | { readonly kind: 'bad'; readonly reason: string; readonly thread: string | null };

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .nullish()
  .transform((value) => value ?? null);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const tokens = z.int().min(0);

const threadLine = z.strictObject({
  type: z.literal('thread'),
  key: z.string().min(1),
  title: text,
  agent: text,
  instructions: text,
  status: z
    .enum(['ACTIVE', 'ARCHIVED'])
    .nullish()
    .transform((value) => value ?? 'ACTIVE'),
  metadata,
  createdAt: time,
  expiresAt: time,
});

const messageLine = z.strictObject({
  type: z.literal('message'),
  thread: z.string().min(1),
  key: z.string().min(1),
  seq: z.int().min(1).nullish(),
  role: z.enum(['SYSTEM', 'USER', 'ASSISTANT', 'TOOL']),
  author: text,
  content: text,
  toolCalls: z
    .array(z.strictObject({ id: z.string().min(1), name: z.string().min(1), arguments: z.string() }))
    .nullish()
    .transform((value) => value ?? []),
  toolCallId: text,
  model: text,
  usage: z.strictObject({ inputTokens: tokens, outputTokens: tokens }).nullish(),
  metadata,
  createdAt: time,
});

const head = z.looseObject({ type: z.string(), key: z.string().optional().catch(undefined) });

/**
 * @param line one line of the file, without its end
 * @param now epoch milliseconds: a thread that has expired by then is refused
 */
export function parseSkeinRecord(line: string, now: number): SkeinRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return bad(`is not JSON: ${jsonFault(error)}`);
  }
  const typed = head.safeParse(value, { reportInput: true });
  if (!typed.success) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return bad(isObject ? describeIssues(typed.error.issues, 'record') : `must be an object, not ${quoted(value)}`);
  }
  switch (typed.data.type) {
    case 'thread':
      return parseThread(value, typed.data.key ?? null, now);
    case 'message':
      return parseMessage(value);
    default:
      return bad(`type must be "thread" or "message", not ${quoted(typed.data.type)}`);
  }
}

function parseThread(value: unknown, key: string | null, now: number): SkeinRecord {
  const parsed = threadLine.safeParse(value, { reportInput: true });
  if (!parsed.success) return bad(describeIssues(parsed.error.issues, 'thread'), key);
  const { type: kind, ...thread } = parsed.data;
  const fault = ruleBrokenByThread(thread, now);
  return fault === null ? { kind, thread } : bad(fault, key);
}

function parseMessage(value: unknown): SkeinRecord {
  const parsed = messageLine.safeParse(value, { reportInput: true });
  if (!parsed.success) return bad(describeIssues(parsed.error.issues, 'message'));
  const { type: kind, thread, seq, content, usage, ...rest } = parsed.data;
  if (content === null && rest.toolCalls.length === 0) return bad('message.content is missing');
  const message = { ...rest, content: content ?? '', usage: usage ?? null, finishReason: null };
  const named = ruleBrokenByThread(bareThread(thread, null), 0)?.replace('thread.key', 'message.thread');
  const fault = named ?? ruleBrokenByMessage(message);
  return fault === null ? { kind, thread, seq: seq ?? null, message } : bad(fault);
}

function bad(reason: string, thread: string | null = null): SkeinRecord {
  return { kind: 'bad', reason, thread };
}
