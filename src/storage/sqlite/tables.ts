/**
 * The tables of threads and messages. Names of tenants and owners are kept once and replaced by small integers, so that
 * every row and index can carry them. Large columns come last: SQLite reads a row from its start, and only as far as a
 * query needs.
 */
export const TABLES = `
CREATE TABLE tenants (
  tenant_row INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE owners (
  owner_row INTEGER PRIMARY KEY,
  tenant_row INTEGER NOT NULL REFERENCES tenants (tenant_row),
  messages INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL,
  UNIQUE (tenant_row, owner)
) STRICT;
CREATE INDEX owners_by_tenant ON owners (tenant_row, messages);

CREATE TABLE threads (
  thread_row INTEGER PRIMARY KEY,
  tenant_row INTEGER NOT NULL REFERENCES tenants (tenant_row),
  owner_row INTEGER NOT NULL REFERENCES owners (owner_row),
  id TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER,
  status TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_message_at INTEGER,
  active_at INTEGER NOT NULL,
  next_seq INTEGER NOT NULL,
  message_count INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  agent TEXT,
  title TEXT,
  metadata TEXT,
  instructions TEXT
) STRICT;
CREATE UNIQUE INDEX threads_by_id ON threads (owner_row, id) WHERE deleted = 0;
CREATE INDEX threads_of_owner_by_activity ON threads (owner_row, active_at, id) WHERE deleted = 0;
CREATE INDEX threads_of_owner_by_creation ON threads (owner_row, created_at, id) WHERE deleted = 0;
CREATE INDEX threads_of_owner_by_update ON threads (owner_row, updated_at, id) WHERE deleted = 0;
CREATE INDEX threads_of_tenant_by_activity ON threads (tenant_row, active_at, id) WHERE deleted = 0;
CREATE INDEX threads_of_tenant_by_creation ON threads (tenant_row, created_at, id) WHERE deleted = 0;
CREATE INDEX threads_of_tenant_by_update ON threads (tenant_row, updated_at, id) WHERE deleted = 0;
CREATE INDEX threads_by_expiry ON threads (expires_at) WHERE deleted = 0 AND expires_at IS NOT NULL;
CREATE INDEX threads_deleted ON threads (thread_row) WHERE deleted = 1;
CREATE TRIGGER owners_count_messages AFTER UPDATE OF message_count, deleted ON threads BEGIN
  UPDATE owners SET messages = messages
      + new.message_count * (1 - new.deleted) - old.message_count * (1 - old.deleted)
    WHERE owner_row = new.owner_row;
END;

CREATE TABLE messages (
  message_row INTEGER PRIMARY KEY,
  tenant_row INTEGER NOT NULL REFERENCES tenants (tenant_row),
  owner_row INTEGER NOT NULL REFERENCES owners (owner_row),
  thread_row INTEGER NOT NULL REFERENCES threads (thread_row),
  seq INTEGER NOT NULL,
  role TEXT NOT NULL,
  status TEXT NOT NULL,
  indexing TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  author TEXT,
  model TEXT,
  id TEXT NOT NULL,
  reply_to TEXT,
  tool_call_id TEXT,
  finish_reason TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  latency_ms REAL,
  metadata TEXT,
  failure TEXT,
  recalled TEXT,
  tool_calls TEXT,
  content TEXT NOT NULL,
  UNIQUE (thread_row, seq),
  UNIQUE (thread_row, id)
) STRICT;
CREATE INDEX messages_unfinished ON messages (created_at) WHERE status = 'PENDING';
CREATE INDEX messages_superseded ON messages (thread_row) WHERE status = 'SUPERSEDED';
CREATE INDEX messages_unindexed ON messages (tenant_row, owner_row) WHERE indexing = 'PENDING';

CREATE TABLE ledger (
  owner_row INTEGER NOT NULL REFERENCES owners (owner_row),
  day TEXT NOT NULL,
  model TEXT NOT NULL,
  messages INTEGER NOT NULL,
  replies INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  PRIMARY KEY (owner_row, day, model)
) STRICT, WITHOUT ROWID;
`;
