/**
 * The tables that search needs, made with the others by migration 1.
 *
 * `text_index` has one entry a message, its rowid the message's. It keeps no text, and is given terms, not text: each
 * with its tenant and owner behind it (`scoped-terms.ts`), so one owner's search reads that owner's entries and no
 * others. Measured at 300,000 messages of 300 owners: 3 ms instead of 27 for an owner's four common words, and less than
 * a column with the owner's name ANDed in takes for the whole tenant; it takes a fifth more room.
 * `deletemerge`: a part of the index is rewritten once half of it is deleted, not at FTS5's tenth. Measured on the removal
 * of a thread of 30,000 messages: 0.03 ms a message instead of 0.3, and the longest hold of the writer 0.1 s, not 1 s.
 *
 * `passages` has a message's vectors: `own` is the passage's by itself, `vector` leans towards its surroundings, both as
 * int8. `passage_blocks` has one bit a component of `vector`, up to 256 passages of one owner a row, so that the first
 * cut reads long rows in sequence; `places` are passage rows, 0 where one was removed.
 *
 * Both belong to a generation, which is one model's vectors (`vector-model.ts`); while the next is built there are two.
 * `building_queue` lists the messages that still need its vectors, and with `failed` those that it refused; `enlisted`
 * says up to which message the list has been made, of those there were when the building began.
 */
export const SEARCH_TABLES = `
CREATE VIRTUAL TABLE text_index USING fts5 (
  text, author, said, previous, earlier, next,
  content = '', contentless_delete = 1, tokenize = "ascii tokenchars '.'"
);
INSERT INTO text_index (text_index, rank) VALUES ('deletemerge', 50);

CREATE TABLE vector_models (
  generation INTEGER PRIMARY KEY AUTOINCREMENT,
  phase TEXT NOT NULL,
  model TEXT NOT NULL,
  dimensions INTEGER NOT NULL,
  origin TEXT NOT NULL,
  done INTEGER NOT NULL,
  enlisted INTEGER NOT NULL,
  enlist_to INTEGER NOT NULL,
  block_version INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE building_queue (
  failed INTEGER NOT NULL,
  message_row INTEGER NOT NULL,
  PRIMARY KEY (failed, message_row)
) STRICT, WITHOUT ROWID;

CREATE TABLE passages (
  passage_row INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  message_row INTEGER NOT NULL,
  part INTEGER NOT NULL,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  block_row INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  text_hash TEXT,
  vector BLOB NOT NULL,
  own BLOB NOT NULL,
  UNIQUE (generation, message_row, part)
) STRICT;
CREATE INDEX passages_by_text ON passages (generation, text_hash) WHERE text_hash IS NOT NULL;

CREATE TABLE passage_blocks (
  block_row INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  tenant_row INTEGER NOT NULL,
  owner_row INTEGER NOT NULL,
  version INTEGER NOT NULL,
  live INTEGER NOT NULL,
  places BLOB NOT NULL,
  bits BLOB NOT NULL
) STRICT;
CREATE INDEX passage_blocks_of_owner ON passage_blocks (generation, owner_row, version);
CREATE INDEX passage_blocks_of_tenant ON passage_blocks (generation, tenant_row, version);
CREATE INDEX passage_blocks_open ON passage_blocks (generation, owner_row, live);

CREATE INDEX messages_waiting ON messages (indexing) WHERE indexing = 'PENDING';
CREATE INDEX messages_refused ON messages (indexing) WHERE indexing = 'FAILED';
`;
