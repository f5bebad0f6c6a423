import { DatabaseSync } from 'node:sqlite';

/** Where a record stands in the file. `offset` and `length` are bytes. */
export type Place = { readonly line: number; readonly offset: number; readonly length: number };

/** `bad`: its line was refused, and its messages wait with it. */
export type PlannedThread = {
  readonly id: number;
  readonly key: string;
  readonly state: 'described' | 'mentioned' | 'bad';
  /** Of its own line; null when it is only mentioned. */
  readonly place: Place | null;
  readonly messages: number;
  /** The earliest time its messages tell, epoch milliseconds. */
  readonly earliest: number | null;
};

export type PlannedMessage = Place & {
  /** Its own time or that of the message before it, epoch milliseconds. */
  readonly time: number | null;
};

/** `repeated`: the same record was there before; `conflicting`: another one with the same key, on that line. */
export type Added = { readonly kind: 'added' | 'repeated' } | { readonly kind: 'conflicting'; readonly line: number };

/**
 * The order in which a file's records are to be stored, whatever order the file has them in. It holds places and keys,
 * never contents, in a private temporary database that SQLite removes with the process: a file with a million messages
 * takes some 150 MB of disk and a few MB of memory.
 *
 * Messages order by `seq`, then time, then line. One that tells no `seq` or time takes that of the message of its
 * thread before it in the file, so it stays behind it.
 */
export function openPlan() {
  const db = new DatabaseSync('');
  db.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000;
    CREATE TABLE thread (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, state TEXT NOT NULL, line INTEGER, offset INTEGER, length INTEGER,
      hash BLOB, messages INTEGER NOT NULL DEFAULT 0, earliest INTEGER, last_seq INTEGER NOT NULL DEFAULT 0, last_time INTEGER);
    CREATE TABLE message (
      thread INTEGER NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL, line INTEGER NOT NULL,
      offset INTEGER NOT NULL, length INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (thread, key)) WITHOUT ROWID;
    BEGIN;
  `);
  const findThread = db.prepare('SELECT id, state, line, hash FROM thread WHERE key = ?');
  const insertThread = db.prepare(
    'INSERT INTO thread (key, state, line, offset, length, hash) VALUES (?, ?, ?, ?, ?, ?) RETURNING id',
  );
  const describeThread = db.prepare(
    'UPDATE thread SET state = ?, line = ?, offset = ?, length = ?, hash = ? WHERE id = ?',
  );
  const followThread = db.prepare(`
    UPDATE thread SET messages = messages + 1, last_seq = coalesce(:seq, last_seq), last_time = coalesce(:time, last_time),
      earliest = min(coalesce(earliest, :time), coalesce(:time, earliest))
    WHERE id = :id RETURNING last_seq, last_time`);
  const findMessage = db.prepare('SELECT line, hash FROM message WHERE thread = ? AND key = ?');
  const insertMessage = db.prepare(
    'INSERT INTO message (thread, key, seq, time, line, offset, length, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const listMessages = db.prepare(
    `SELECT line, offset, length, seq, time FROM message
     WHERE thread = :thread AND (seq, time, line) > (:seq, :time, :line) ORDER BY seq, time, line LIMIT +:limit`,
  );

  function placeOfThread(key: string, state: PlannedThread['state'], place: Place | null, hash: Buffer | null): Added {
    const found = findThread.get(key);
    if (found === undefined) {
      insertThread.get(key, state, place?.line ?? null, place?.offset ?? null, place?.length ?? null, hash);
      return { kind: 'added' };
    }
    if (found['state'] === 'described') {
      return sameHash(found['hash'], hash)
        ? { kind: 'repeated' }
        : { kind: 'conflicting', line: Number(found['line']) };
    }
    describeThread.run(
      state,
      place?.line ?? null,
      place?.offset ?? null,
      place?.length ?? null,
      hash,
      Number(found['id']),
    );
    return { kind: 'added' };
  }

  return {
    addThread(key: string, place: Place, hash: Buffer): Added {
      return placeOfThread(key, 'described', place, hash);
    },
    /** The line of this thread was refused. A good line of the same thread, before or after, counts. */
    refuseThread(key: string, place: Place): void {
      if (findThread.get(key)?.['state'] !== 'described') placeOfThread(key, 'bad', place, null);
    },
    addMessage(
      thread: string,
      message: { key: string; seq: number | null; createdAt: number | null },
      place: Place,
      hash: Buffer,
    ): Added {
      const id = Number(
        (findThread.get(thread) ?? insertThread.get(thread, 'mentioned', null, null, null, null))?.['id'],
      );
      const found = findMessage.get(id, message.key);
      if (found !== undefined) {
        return sameHash(found['hash'], hash)
          ? { kind: 'repeated' }
          : { kind: 'conflicting', line: Number(found['line']) };
      }
      const last = followThread.get({ id, seq: message.seq, time: message.createdAt });
      const seq = Number(last?.['last_seq']);
      const time = numberOrNull(last?.['last_time']) ?? NO_TIME;
      insertMessage.run(id, message.key, seq, time, place.line, place.offset, place.length, hash);
      return { kind: 'added' };
    },
    /** Ends the adding. @returns how many messages are to be stored */
    arrange(): number {
      db.exec('CREATE INDEX message_order ON message (thread, seq, time, line, offset, length)');
      const sum = db.prepare(`SELECT total(messages) AS messages FROM thread WHERE state <> 'bad'`).get();
      return Number(sum?.['messages']);
    },
    /** Threads in the order in which the file first names them. */
    *threads(): Generator<PlannedThread> {
      const rows = db.prepare(
        'SELECT id, key, state, line, offset, length, messages, earliest FROM thread ORDER BY id',
      );
      for (const row of rows.iterate()) {
        yield {
          id: Number(row['id']),
          key: String(row['key']),
          state: row['state'] === 'described' || row['state'] === 'bad' ? row['state'] : 'mentioned',
          place: row['line'] === null ? null : placeOf(row),
          messages: Number(row['messages']),
          earliest: numberOrNull(row['earliest']),
        };
      }
    },
    /** One thread's, in order. */
    *messages(thread: PlannedThread): Generator<PlannedMessage> {
      let after = { seq: -1, time: NO_TIME, line: 0 };
      for (;;) {
        const rows = listMessages.all({ thread: thread.id, ...after, limit: PAGE });
        for (const row of rows) {
          const time = Number(row['time']);
          yield { ...placeOf(row), time: time === NO_TIME ? null : time };
          after = { seq: Number(row['seq']), time, line: Number(row['line']) };
        }
        if (rows.length < PAGE) return;
      }
    },
    close(): void {
      db.close();
    },
  };
}

/** Before every time that can be told. */
const NO_TIME = -8.64e15;
const PAGE = 100;

type Row = Readonly<Record<string, unknown>>;

function placeOf(row: Row): Place {
  return { line: Number(row['line']), offset: Number(row['offset']), length: Number(row['length']) };
}

function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function sameHash(stored: unknown, hash: Buffer | null): boolean {
  return hash !== null && stored instanceof Uint8Array && hash.equals(stored);
}
