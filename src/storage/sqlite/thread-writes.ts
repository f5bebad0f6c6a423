import type { DatabaseSync } from 'node:sqlite';
import { SkeinError } from '../../core/errors.ts';
import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadId } from '../../core/ids.ts';
import type { Thread } from '../../core/thread.ts';
import type { NewThread, ThreadChange } from '../store.ts';
import { statement } from './connection.ts';
import { integer, jsonOrNull, threadOf, type Row } from './rows.ts';
import { findThread } from './thread-reads.ts';

/** What a write says when the thread is not there, or is not in the scope: nobody learns which. */
function threadNotFound(): SkeinError {
  return new SkeinError('NOT_FOUND', 'There is no thread with this id.');
}

/** A thread's row for a write. @throws SkeinError NOT_FOUND */
export function requireThread(db: DatabaseSync, scope: OwnerScope, thread: ThreadId, now: number): Row {
  const row = findThread(db, scope, thread, now);
  if (row === undefined) throw threadNotFound();
  return row;
}

// One that has expired but has not been swept is out of the way as if it had been.
const REMOVE_EXPIRED = `UPDATE threads SET deleted = 1
  WHERE owner_row = :owner_row AND id = :id AND deleted = 0 AND expires_at <= :now`;

const INSERT = `INSERT INTO threads (tenant_row, owner_row, id, expires_at, status, version, created_at, updated_at,
    last_message_at, active_at, next_seq, message_count, input_tokens, output_tokens, agent, title, metadata, instructions)
  VALUES (:tenant_row, :owner_row, :id, :expires_at, :status, 1, :created_at, :created_at,
    NULL, :created_at, 1, 0, 0, 0, :agent, :title, :metadata, :instructions)`;

/** Stores a thread, or gives back the one that is there. */
export function createThread(
  db: DatabaseSync,
  { scope, thread, now }: { scope: OwnerScope; thread: NewThread; now: number },
): { thread: Thread; created: boolean } {
  const there = findThread(db, scope, thread.id, now);
  if (there !== undefined) return { thread: threadOf(there, scope), created: false };
  const tenantRow = tenantRowOf(db, scope);
  const ownerRow = ownerRowOf(db, scope, tenantRow);
  statement(db, REMOVE_EXPIRED).run({ owner_row: ownerRow, id: thread.id, now });
  statement(db, INSERT).run({
    tenant_row: tenantRow,
    owner_row: ownerRow,
    id: thread.id,
    expires_at: thread.expiresAt,
    status: thread.status,
    created_at: thread.createdAt,
    agent: thread.agent,
    title: thread.title,
    metadata: jsonOrNull(thread.metadata),
    instructions: thread.instructions,
  });
  return {
    thread: {
      tenant: scope.tenant,
      owner: scope.owner,
      ...thread,
      version: 1,
      updatedAt: thread.createdAt,
      lastMessageAt: null,
      messageCount: 0,
      usage: { inputTokens: 0, outputTokens: 0 },
    },
    created: true,
  };
}

function tenantRowOf(db: DatabaseSync, { tenant }: OwnerScope): number {
  const row = statement(db, 'SELECT tenant_row FROM tenants WHERE tenant = ?').get(tenant);
  if (row !== undefined) return integer(row, 'tenant_row');
  return Number(statement(db, 'INSERT INTO tenants (tenant) VALUES (?)').run(tenant).lastInsertRowid);
}

function ownerRowOf(db: DatabaseSync, { owner }: OwnerScope, tenantRow: number): number {
  const row = statement(db, 'SELECT owner_row FROM owners WHERE tenant_row = ? AND owner = ?').get(tenantRow, owner);
  if (row !== undefined) return integer(row, 'owner_row');
  const insert = statement(db, 'INSERT INTO owners (tenant_row, owner) VALUES (?, ?)');
  return Number(insert.run(tenantRow, owner).lastInsertRowid);
}

const UPDATE = `UPDATE threads SET title = :title, status = :status, metadata = :metadata, expires_at = :expires_at,
    version = :version, updated_at = :now
  WHERE thread_row = :thread_row`;

type UpdateArgs = {
  readonly scope: OwnerScope;
  readonly thread: ThreadId;
  readonly change: ThreadChange;
  readonly ifVersion: number | null;
  readonly now: number;
};

/** Changes a thread's own fields. @throws SkeinError NOT_FOUND, CONFLICT */
export function updateThread(db: DatabaseSync, { scope, thread, change, ifVersion, now }: UpdateArgs): Thread {
  const row = requireThread(db, scope, thread, now);
  const before = threadOf(row, scope);
  if (ifVersion !== null && ifVersion !== before.version) {
    throw new SkeinError(
      'CONFLICT',
      `The thread has changed: its version is ${String(before.version)}, not ${String(ifVersion)}. Read it again.`,
    );
  }
  const after: Thread = { ...before, ...change, version: before.version + 1, updatedAt: now };
  statement(db, UPDATE).run({
    thread_row: integer(row, 'thread_row'),
    title: after.title,
    status: after.status,
    metadata: jsonOrNull(after.metadata),
    expires_at: after.expiresAt,
    version: after.version,
    now,
  });
  return after;
}
