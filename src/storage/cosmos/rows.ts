import type { OwnerId, Scope, TenantId } from '../../core/identity.ts';
import type { MessageId, MessageKey, ThreadId, ThreadKey } from '../../core/ids.ts';
import type {
  Failure,
  Indexing,
  Message,
  MessageStatus,
  Metadata,
  Role,
  Thread,
  ThreadStatus,
  ToolCall,
  Usage,
} from '../../core/thread.ts';
import type { NewMessage } from '../store.ts';
import { FOREVER } from './expiry.ts';
import { inflated } from './packing.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** An item, or a row of a query, as Cosmos DB gives it. Properties that were null are absent. */
export type Item = Readonly<Record<string, Json>>;

/** What came from the SDK as an item. @throws Error when it is none */
export function itemOf(value: unknown): Item {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`Cosmos DB was expected to give an item, but gave ${typeof value}.`);
  }
  return value as Item;
}

/** What came from the SDK as rows of a query; numbers of `SELECT VALUE COUNT(1)` become `{value}`. */
export function itemsOf(values: readonly unknown[]): Item[] {
  return values.map((value) => (typeof value === 'number' ? { value } : itemOf(value)));
}

/** The properties that are not null: an absent one takes no room and no index entry. */
export function present(properties: Readonly<Record<string, Json | undefined>>): Item {
  const entries = Object.entries(properties).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries) as Item;
}

/** A thread as its head has it. @throws Error when the head is not of the scope */
export function threadOf(item: Item, scope: Scope): Thread {
  requireInScope(item, scope);
  return {
    ...tenancyOf(item),
    id: text(item, 'threadId') as ThreadId,
    title: textOrNull(item, 'title'),
    agent: textOrNull(item, 'agent'),
    instructions: textOrNull(item, 'instructions'),
    status: text(item, 'status') as ThreadStatus,
    metadata: metadataOf(item, 'metadata'),
    version: integer(item, 'version'),
    createdAt: integer(item, 'createdAt'),
    updatedAt: integer(item, 'updatedAt'),
    lastMessageAt: integerOrNull(item, 'lastMessageAt'),
    expiresAt: expiryOf(item),
    messageCount: integer(item, 'messageCount'),
    usage: usageOf(item) ?? { inputTokens: 0, outputTokens: 0 },
  };
}

/** A message as its item has it. @throws Error when the item is not of the scope */
export function messageOf(item: Item, scope: Scope): Message {
  requireInScope(item, scope);
  const detail = itemIn(item, 'detail') ?? {};
  const packed = textOrNull(detail, 'packed');
  const said: Item = packed === null ? { ...detail, content: text(item, 'content') } : unpack(packed);
  return {
    ...tenancyOf(item),
    thread: text(item, 'threadId') as ThreadId,
    id: text(item, 'id') as MessageId,
    seq: integer(item, 'seq'),
    role: text(item, 'role') as Role,
    author: textOrNull(item, 'author'),
    content: text(said, 'content'),
    toolCalls: (said['toolCalls'] ?? []) as readonly ToolCall[],
    toolCallId: textOrNull(item, 'toolCallId'),
    model: textOrNull(item, 'model'),
    status: text(item, 'status') as MessageStatus,
    finishReason: textOrNull(detail, 'finishReason'),
    usage: usageOf(detail),
    latencyMs: integerOrNull(detail, 'latencyMs'),
    metadata: metadataOf(item, 'metadata'),
    createdAt: integer(item, 'createdAt'),
    indexing: text(item, 'indexing') as Indexing,
    replyTo: textOrNull(item, 'replyTo') as MessageId | null,
    failure: (detail['failure'] ?? null) as Failure | null,
    recalled: (detail['recalled'] ?? []) as readonly MessageKey[],
  };
}

function unpack(packed: string): Item {
  return itemOf(JSON.parse(inflated(packed)));
}

/** A message that was kept aside before it was stored. */
export function newMessageOf(value: unknown): NewMessage {
  return itemOf(value) as unknown as NewMessage;
}

/** The key of the thread that an item is of. */
export function threadKeyIn(item: Item): ThreadKey {
  return { owner: text(item, 'ownerId') as OwnerId, thread: text(item, 'threadId') as ThreadId };
}

/** The tenant that an item is of, for housekeeping that serves all tenants. */
export function tenantIn(item: Item): TenantId {
  return text(item, 'tenantId') as TenantId;
}

/** A message's id in a property. */
export function messageIdIn(item: Item, property: string): MessageId {
  return text(item, property) as MessageId;
}

export function idOf(item: Item): string {
  return text(item, 'id');
}

export function etagOf(item: Item): string {
  return text(item, '_etag');
}

/** The property as a text. @throws Error when it is not one */
export function text(item: Item, property: string): string {
  const value = item[property];
  if (typeof value !== 'string') throw wrongType(property, 'a text', value);
  return value;
}

/** The property as a number. @throws Error when it is not one */
export function integer(item: Item, property: string): number {
  const value = item[property];
  if (typeof value !== 'number') throw wrongType(property, 'a number', value);
  return value;
}

export function textOrNull(item: Item, property: string): string | null {
  return (item[property] ?? null) === null ? null : text(item, property);
}

export function integerOrNull(item: Item, property: string): number | null {
  return (item[property] ?? null) === null ? null : integer(item, property);
}

/** The property as a number; another when it is absent. */
export function numberOr(item: Item, property: string, otherwise: number): number {
  return integerOrNull(item, property) ?? otherwise;
}

/** The content in a row that has `content` and, for a long one, `packed`. */
export function unpackedContent(row: Item): string {
  const packed = textOrNull(row, 'packed');
  return packed === null ? text(row, 'content') : text(unpack(packed), 'content');
}

/** The property as a list of items; an absent one is empty. */
export function listOf(item: Item, property: string): readonly Item[] {
  const value = item[property] ?? [];
  if (!Array.isArray(value)) throw wrongType(property, 'a list', value);
  return value.map(itemOf);
}

/** The property as an item, or null. */
export function itemIn(item: Item, property: string): Item | null {
  const value = item[property] ?? null;
  return value === null ? null : itemOf(value);
}

/** The property as a list of numbers. @throws Error when it is none */
export function numbersIn(item: Item, property: string): readonly number[] {
  const value = item[property];
  if (!Array.isArray(value)) throw wrongType(property, 'a list of numbers', value);
  return value as readonly number[];
}

/** Metadata as it is stored: one text a pair, which an index finds and no query text has to spell. */
export function pairsOf(metadata: Metadata): readonly string[] | null {
  const pairs = Object.entries(metadata).map(pairOf);
  return pairs.length === 0 ? null : pairs;
}

export function pairOf(pair: readonly [string, string]): string {
  return JSON.stringify(pair);
}

/** Values of the core's types as an item has them: all of them are plain data. */
export function plain(value: object): Json {
  return value as Json;
}

/** Rows, each of which is of the scope. @throws Error when one is not */
export function allInScope(rows: readonly Item[], scope: Scope): readonly Item[] {
  for (const row of rows) requireInScope(row, scope);
  return rows;
}

/** The last line of defence between tenants: what a faulty query brought up must not get out. */
export function requireInScope(item: Item, scope: Scope): void {
  const isInScope = item['tenantId'] === scope.tenant && (scope.owner === null || item['ownerId'] === scope.owner);
  if (!isInScope) throw new Error('An item outside the scope of the call was read; it has been withheld.');
}

function tenancyOf(item: Item): { tenant: TenantId; owner: OwnerId } {
  return { tenant: text(item, 'tenantId') as TenantId, owner: text(item, 'ownerId') as OwnerId };
}

function metadataOf(item: Item, property: string): Metadata {
  const pairs = (item[property] ?? []) as readonly string[];
  return Object.fromEntries(pairs.map((pair) => JSON.parse(pair) as [string, string]));
}

function expiryOf(item: Item): number | null {
  const expiresAt = integer(item, 'expiresAt');
  return expiresAt === FOREVER ? null : expiresAt;
}

function usageOf(item: Item): Usage | null {
  const usage = itemIn(item, 'usage');
  return usage && { inputTokens: integer(usage, 'inputTokens'), outputTokens: integer(usage, 'outputTokens') };
}

function wrongType(property: string, expected: string, value: Json | undefined): Error {
  return new Error(`Property ${property} must be ${expected}, but is ${value === null ? 'null' : typeof value}.`);
}
