import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { openSqlite } from '../../../src/storage/sqlite/engine.ts';
import { FILE_VERSION } from '../../../src/storage/sqlite/migrations.ts';
import { aCall, aScope } from '../../support/builders.ts';
import { aTemporaryFolder } from '../temporary-folder.ts';
import { assertRefused, messagesOf, messagesSaying, startThread } from '../contract/setting.ts';
import { startHolder } from './other-server.ts';
import { aDataFile, openFor } from './open-engine.ts';

describe('the data file', () => {
  test('it and its folder are made when they are not there', async (t) => {
    const path = join(aTemporaryFolder(t), 'new', 'folder', 'skein.db');
    const engine = await openFor(t, { path });
    await engine.ping();
    await engine.close();
  });

  test('closing twice is safe, and all is in the one file then', async (t) => {
    const folder = aTemporaryFolder(t);
    const path = join(folder, 'skein.db');
    const engine = await openFor(t, { path });
    const { key } = await startThread(engine, aScope(), {}, messagesSaying('kept'));
    await Promise.all([engine.close(), engine.close()]);
    assert.deepEqual(readdirSync(folder), ['skein.db', 'skein.db-lock']);
    const again = await openFor(t, { path });
    assert.equal((await messagesOf(again, aScope(), key))[0]?.content, 'kept');
    await again.close();
  });

  test('a closed store refuses every kind of call as UNAVAILABLE', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const { thread, key } = await startThread(engine, aScope());
    await engine.close();
    await assertRefused(engine.threads.get(aScope(), [key], aCall()), 'UNAVAILABLE');
    await assertRefused(engine.threads.count(aScope(), {}, aCall()), 'UNAVAILABLE');
    await assertRefused(engine.threads.delete(aScope(), thread.id, aCall()), 'UNAVAILABLE');
    await assertRefused(engine.ping(), 'UNAVAILABLE');
  });

  test('what was asked for before the close is still done', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    const { thread, key } = await startThread(engine, aScope());
    const appends = messagesSaying('a', 'b', 'c').map((message) =>
      engine.messages.append(aScope(), thread.id, [message], aCall()),
    );
    const count = engine.threads.count(aScope(), {}, aCall());
    await engine.close();
    await Promise.all(appends);
    assert.equal(await count, 1);
    const again = await openFor(t, { path });
    assert.equal((await messagesOf(again, aScope(), key)).length, 3);
    await again.close();
  });

  test('a file from a newer Skein is refused, naming the file, its version and ours', async (t) => {
    const path = aDataFile(t);
    await (await openFor(t, { path })).close();
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${String(FILE_VERSION + 1)}`);
    db.close();
    const before = readFileSync(path);
    await assertRefusedInWords(path, ['newer Skein', String(FILE_VERSION), String(FILE_VERSION + 1)]);
    assert.deepEqual(readFileSync(path), before);
  });

  test('the database of another program is refused and left as it is', async (t) => {
    const path = join(aTemporaryFolder(t), 'other.db');
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE other (value)');
    db.close();
    const before = readFileSync(path);
    await assertRefusedInWords(path, ['not a Skein file']);
    assert.deepEqual(readFileSync(path), before);
  });

  test('a file that is no database is refused and left as it is', async (t) => {
    const path = join(aTemporaryFolder(t), 'notes.txt');
    const notes = 'Dear diary, '.repeat(1_000);
    writeFileSync(path, notes);
    await assertRefusedInWords(path, ['not a Skein file']);
    assert.equal(readFileSync(path, 'utf8'), notes);
  });

  for (const [what, suffix] of [
    ['the file', ''],
    ['its lock', '-lock'],
  ] as const) {
    test(`a folder in the place of ${what} is refused`, async (t) => {
      const path = aDataFile(t);
      mkdirSync(`${path}${suffix}`);
      await assertRefusedInWords(path, ['cannot be opened']);
    });
  }

  test('a file in the place of its folder is refused', async (t) => {
    const file = join(aTemporaryFolder(t), 'file');
    writeFileSync(file, '');
    await assertRefusedInWords(join(file, 'skein.db'), ['cannot be opened']);
  });

  test('a second opening in this process is refused, under another name of the file too', async (t) => {
    const folder = aTemporaryFolder(t);
    const path = join(folder, 'skein.db');
    const engine = await openFor(t, { path });
    await assertRefusedInWords(path, ['in use', String(process.pid)]);
    const link = join(folder, 'link.db');
    symlinkSync(path, link);
    await assert.rejects(openSqlite({ path: link }), /in use/);
    // Nor has the attempt let go of the lock for other processes.
    await assert.rejects(startHolder(path), /in use/);
    await engine.close();
    await (await openFor(t, { path })).close();
  });

  test('a file that another server has open is refused, naming its process; once killed, it holds nothing', async (t) => {
    const path = aDataFile(t);
    const holder = await startHolder(path);
    await assertRefusedInWords(path, ['in use', String(holder.pid)]);
    await holder.kill();
    const engine = await openFor(t, { path });
    await engine.ping();
    await engine.close();
  });
});

async function assertRefusedInWords(path: string, words: readonly string[]): Promise<void> {
  await assert.rejects(openSqlite({ path }), (error: unknown) => {
    assert(error instanceof Error);
    for (const word of [path, ...words]) assert(error.message.includes(word), `"${error.message}" lacks "${word}"`);
    return true;
  });
}
