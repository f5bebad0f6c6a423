import type { Metadata, Role, ToolCall } from '../core/thread.ts';
import { contentText } from './chatgpt-content.ts';
import { activePath } from './chatgpt-path.ts';
import { chatGptMessage, type ChatGptConversation, type ChatGptMessage } from './chatgpt-shape.ts';
import { describeIssues, quoted } from './describe-issue.ts';
import { ruleBrokenByMessage, type MessageRecord, type ThreadRecord } from './record.ts';
import { LIMITS } from '../core/limits.ts';

/** What a conversation becomes. */
export type ConvertedConversation = {
  readonly thread: ThreadRecord;
  readonly messages: readonly MessageRecord[];
  /** Messages on the path that cannot be kept, and why. */
  readonly bad: readonly { readonly key: string; readonly reason: string }[];
};

const ROLES: Readonly<Record<string, Role>> = {
  system: 'SYSTEM',
  developer: 'SYSTEM',
  user: 'USER',
  assistant: 'ASSISTANT',
  tool: 'TOOL',
  function: 'TOOL',
};

/**
 * Turns a ChatGPT conversation into a thread: the path it shows, oldest message first. What has no field of its own
 * goes into metadata: on the thread `source`, `branches` (ends of other branches, when there are any), `damaged`; on a
 * message `contentType` (other than text), `hidden`, `weight` 0, `language`, `attachments`.
 *
 * A message without a time takes that of the one before it. An assistant's message to a tool keeps its text as content
 * and becomes a tool call too; the tool's answer points to it.
 */
export function convertConversation(conversation: ChatGptConversation): ConvertedConversation {
  const path = activePath(conversation.mapping, conversation.current_node ?? null);
  const found = path.nodes.map((id) => ({ id, message: conversation.mapping[id]?.message ?? null }));
  const messages: MessageRecord[] = [];
  const bad: { key: string; reason: string }[] = [];
  const calls: { id: string; tool: string }[] = [];
  for (const { id, message } of found) {
    // The root of a tree, and nodes that only group others, have none.
    if (message === null) continue;
    const record = convertMessage(id, message, calls);
    if (record.kind === 'bad') bad.push({ key: id, reason: record.reason });
    else messages.push(record.message);
  }
  const times = messages.map((message) => message.createdAt).filter((time) => time !== null);
  const createdAt = conversation.create_time ?? times.reduce(earlier, Infinity);
  const start = Number.isFinite(createdAt) ? createdAt : conversation.update_time;
  const thread: ThreadRecord = {
    key: conversation.conversation_id ?? conversation.id ?? '',
    title: titleOf(conversation.title ?? ''),
    agent: conversation.gizmo_id ?? null,
    instructions: null,
    status: conversation.is_archived === true ? 'ARCHIVED' : 'ACTIVE',
    metadata: pairs({
      source: 'chatgpt',
      branches: path.branches === 0 ? null : String(path.branches),
      damaged: path.damage,
    }),
    createdAt: start,
    expiresAt: null,
  };
  return { thread, messages: withTimes(messages, start), bad };
}

type Converted = { kind: 'message'; message: MessageRecord } | { kind: 'bad'; reason: string };

function convertMessage(nodeId: string, value: unknown, calls: { id: string; tool: string }[]): Converted {
  const parsed = chatGptMessage.safeParse(value, { reportInput: true });
  if (!parsed.success) return { kind: 'bad', reason: describeIssues(parsed.error.issues, 'message') };
  const message = parsed.data;
  const role = ROLES[message.author.role];
  if (role === undefined) {
    const known = Object.keys(ROLES).join(', ');
    return { kind: 'bad', reason: `message.author.role must be one of ${known}, not ${quoted(message.author.role)}` };
  }
  const key = message.id ?? nodeId;
  const content = !message.content ? '' : contentText(message.content);
  const author = message.author.name ?? null;
  const tool = role === 'ASSISTANT' && message.recipient !== 'all' ? (message.recipient ?? null) : null;
  if (tool !== null) calls.push({ id: key, tool });
  const answered = role === 'TOOL' ? (calls.findLast((call) => call.tool === author) ?? calls.at(-1)) : undefined;
  const record: MessageRecord = {
    key,
    role,
    author,
    content,
    toolCalls: tool === null ? [] : [toolCall(key, tool, content)],
    toolCallId: answered?.id ?? null,
    model: role === 'ASSISTANT' ? (message.metadata?.model_slug ?? null) : null,
    finishReason: message.metadata?.finish_details?.type ?? null,
    usage: null,
    metadata: metadataOf(message),
    createdAt: message.create_time,
  };
  const fault = ruleBrokenByMessage(record);
  return fault === null ? { kind: 'message', message: record } : { kind: 'bad', reason: fault };
}

/** `arguments` is JSON text; a tool that takes plain text (Python code, a drawing's description) gets it as `input`. */
function toolCall(id: string, name: string, content: string): ToolCall {
  return { id, name, arguments: isJsonObject(content) ? content : JSON.stringify({ input: content }) };
}

function isJsonObject(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function metadataOf(message: ChatGptMessage): Metadata {
  const contentType = message.content?.content_type ?? 'text';
  const language = message.content?.['language'];
  const attachments = (message.metadata?.attachments ?? []).map(({ name }) => name ?? '').filter((name) => name !== '');
  return pairs({
    contentType: contentType === 'text' ? null : contentType,
    hidden: message.metadata?.is_visually_hidden_from_conversation === true ? 'true' : null,
    weight: message.weight === 0 ? '0' : null,
    language: typeof language === 'string' && language !== '' && language !== 'unknown' ? language : null,
    attachments: attachments.length === 0 ? null : attachments.join(', '),
  });
}

function pairs(values: Readonly<Record<string, string | null>>): Metadata {
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== null) metadata[key] = shortened(value, LIMITS.metadataValueCharacters);
  }
  return metadata;
}

function titleOf(title: string): string | null {
  const trimmed = title.trim();
  return trimmed === '' ? null : shortened(trimmed, LIMITS.titleCharacters);
}

function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const all = Array.from(text);
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
}

function withTimes(messages: readonly MessageRecord[], start: number | null): MessageRecord[] {
  let last = start;
  return messages.map((message) => {
    last = message.createdAt ?? last;
    return { ...message, createdAt: last };
  });
}

function earlier(one: number, other: number): number {
  return Math.min(one, other);
}
