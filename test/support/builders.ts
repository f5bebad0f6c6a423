import { ownerId, tenantId, type OwnerScope, type Scope } from '../../src/core/identity.ts';
import { newMessageId, newThreadId, type MessageKey, type ThreadKey } from '../../src/core/ids.ts';
import { startMeter } from '../../src/core/meter.ts';
import type { Message, Thread } from '../../src/core/thread.ts';
import type { Call, NewMessage, NewThread, ReplyOutcome } from '../../src/storage/store.ts';

/** The time at which built things were made, unless a test says otherwise: 2026-11-23T09:30:00Z. */
export const BUILT_AT = Date.UTC(2026, 10, 23, 9, 30);

/** One owner's scope: `ada` of `acme`. */
export function aScope(owner = 'ada', tenant = 'acme'): OwnerScope {
  return { tenant: tenantId(tenant), owner: ownerId(owner) };
}

/** An analyst's scope: all of a tenant. */
export function aTenantScope(tenant = 'acme'): Scope {
  return { tenant: tenantId(tenant), owner: null };
}

/** A call with a meter of its own. */
export function aCall(signal?: AbortSignal): Call {
  return signal === undefined ? { meter: startMeter() } : { meter: startMeter(), signal };
}

/** A thread to create; its id is new. */
export function aThread(fields: Partial<NewThread> = {}): NewThread {
  return {
    id: newThreadId(ownerId('ada'), null),
    title: 'Weekend plans',
    agent: null,
    instructions: null,
    status: 'ACTIVE',
    metadata: {},
    createdAt: BUILT_AT,
    expiresAt: null,
    ...fields,
  };
}

/** A message to append; its id is new. */
export function aMessage(fields: Partial<NewMessage> = {}): NewMessage {
  return {
    id: aMessageId(),
    role: 'USER',
    author: null,
    content: 'Shall we walk up the hill on Saturday?',
    toolCalls: [],
    toolCallId: null,
    model: null,
    status: 'COMPLETE',
    finishReason: null,
    usage: null,
    latencyMs: null,
    metadata: {},
    createdAt: BUILT_AT,
    replyTo: null,
    ...fields,
  };
}

/** A reply that is being written: what `sendMessage` appends before it asks the model. */
export function aPendingReply(fields: Partial<NewMessage> = {}): NewMessage {
  return aMessage({ role: 'ASSISTANT', status: 'PENDING', content: '', model: 'test-model', ...fields });
}

/** How a reply ended: well, unless a test says otherwise. */
export function anOutcome(fields: Partial<ReplyOutcome> = {}): ReplyOutcome {
  return {
    status: 'COMPLETE',
    content: 'Yes, let us start at nine.',
    toolCalls: [],
    model: 'test-model',
    finishReason: 'stop',
    usage: { inputTokens: 12, outputTokens: 7 },
    latencyMs: 340,
    metadata: {},
    failure: null,
    recalled: [],
    ...fields,
  };
}

/** A message id that nothing has yet. */
export function aMessageId() {
  const owner = ownerId('ada');
  return newMessageId({ owner, thread: newThreadId(owner, null) }, null);
}

/** A thread as a store gives it. */
export function aStoredThread(fields: Partial<Thread> = {}): Thread {
  return {
    ...aScope(),
    ...aThread(),
    version: 1,
    updatedAt: BUILT_AT,
    lastMessageAt: null,
    messageCount: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
    ...fields,
  };
}

/** A message as a store gives it: the first of a thread, ready to be found. */
export function aStoredMessage(fields: Partial<Message> = {}): Message {
  const scope = aScope();
  return {
    ...scope,
    thread: newThreadId(scope.owner, null),
    ...aMessage(),
    seq: 1,
    indexing: 'READY',
    failure: null,
    recalled: [],
    ...fields,
  };
}

/** The storage key of a thread that was created in a scope. */
export function threadKeyIn(scope: OwnerScope, thread: Pick<NewThread, 'id'>): ThreadKey {
  return { owner: scope.owner, thread: thread.id };
}

/** The storage key of a message that was appended to a thread. */
export function messageKeyIn(thread: ThreadKey, message: Pick<NewMessage, 'id'>): MessageKey {
  return { ...thread, message: message.id };
}
