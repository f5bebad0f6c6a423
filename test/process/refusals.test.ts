import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startServer, type ServerProcess } from '../support/server-process.ts';
import { runCommand } from '../support/skein-command.ts';
import { threadWith } from '../support/skein.ts';

const aFolder = () => mkdtempDisposable(join(tmpdir(), 'skein-test-'));

const serve = (folder: string, env: Record<string, string> = {}) =>
  runCommand(['serve'], { folder, env: { SKEIN_PORT: '0', ...env } });

describe('a second server', () => {
  let folder: Awaited<ReturnType<typeof aFolder>>;
  let first: ServerProcess;
  before(async () => {
    folder = await aFolder();
    first = await startServer(folder.path);
  });
  after(async () => {
    await first[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('on the same port is refused, and told which', async () => {
    await using other = await aFolder();
    const { port } = new URL(first.origin);
    const { status, stderr, stdout } = await serve(other.path, { SKEIN_PORT: port });
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^Something listens at 127\\.0\\.0\\.1:${port} already\\. .*SKEIN_PORT.*\\n$`));
    assert.equal(stdout, '');
  });

  it('on the same file is refused, and told which and by whom', async () => {
    const { status, stderr, stdout } = await serve(folder.path);
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`^\\S*/data/skein\\.db is in use by another Skein \\(process ${first.pid}\\)\\.`));
    assert.equal(stdout, '');
  });

  it('does the first no harm', async () => {
    const threadId = await threadWith(first, ['Still here.']);
    assert.ok(threadId);
  });
});

describe('a wrong environment', () => {
  it('is refused with every fault at once, by name and without the values', async () => {
    await using folder = await aFolder();
    const { status, stderr } = await serve(folder.path, {
      SKEIN_HOST: '0.0.0.0',
      SKEIN_PORT: 'sixty',
      SKEIN_DATTA: './secret.db',
      LOG_LEVEL: 'loud',
      SKEIN_CORS_ORIGINS: 'nonsense',
      SKEIN_HISTORY_TOKENS: '12',
    });
    assert.equal(status, 2);
    for (const name of [
      'SKEIN_HOST expects a loopback address',
      'SKEIN_PORT expects a port',
      'SKEIN_DATTA is not a variable that Skein knows; it knows SKEIN_HOST,',
      'LOG_LEVEL expects one of fatal,',
      'SKEIN_CORS_ORIGINS expects web origins',
      'SKEIN_HISTORY_TOKENS expects how many tokens',
    ]) {
      assert.ok(stderr.includes(`\n  ${name}`), `${name}\n${stderr}`);
    }
    assert.doesNotMatch(stderr, /sixty|secret|loud|nonsense|0\.0\.0\.0|\n {4}at /);
  });

  it('is read from .env too, over which what is set already wins', async () => {
    await using folder = await aFolder();
    await writeFile(join(folder.path, '.env'), 'SKEIN_PORT=sixty\nLOG_LEVEL=loud\n');
    const { status, stderr } = await serve(folder.path);
    assert.equal(status, 2);
    assert.match(stderr, /LOG_LEVEL/);
    assert.doesNotMatch(stderr, /SKEIN_PORT/);
  });
});

describe('a data file that is not right', () => {
  const cases: readonly [what: string, make: (file: string) => Promise<void> | void, says: RegExp][] = [
    ['of a newer Skein', aNewerFile, /was written by a newer Skein: its version is 99\b/],
    ['of another program', anotherDatabase, /is not a Skein file/],
    ['that is no database', (file) => writeFile(file, 'Dear diary, '.repeat(1_000)), /is not a Skein file/],
    ['that is a folder', (file) => mkdir(file), /cannot be opened/],
  ];
  for (const [what, make, says] of cases) {
    it(`${what} is refused by name, and left as it is`, async () => {
      await using folder = await aFolder();
      const file = join(folder.path, 'mine.db');
      await make(file);
      const before = await readFile(file).catch(() => null);
      const { status, stderr, stdout } = await serve(folder.path, { SKEIN_DATA: file });
      assert.equal(status, 1, stderr);
      assert.ok(stderr.startsWith(`${file} `), stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n {4}at /);
      assert.equal(stdout, '');
      assert.deepEqual(await readFile(file).catch(() => null), before);
    });
  }

  it('in a folder that cannot be made is refused by name', async () => {
    await using folder = await aFolder();
    await writeFile(join(folder.path, 'letter'), 'no folder');
    const { status, stderr } = await serve(folder.path, { SKEIN_DATA: './letter/skein.db' });
    assert.equal(status, 1);
    assert.match(stderr, /letter\/skein\.db cannot be opened/);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });
});

async function aNewerFile(file: string): Promise<void> {
  await using folder = await aFolder();
  await using server = await startServer(folder.path);
  await threadWith(server, ['From the future.']);
  assert.deepEqual(await server.end('SIGTERM'), { status: 0, signal: null });
  await copyFile(join(folder.path, 'data', 'skein.db'), file);
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 99');
  db.close();
}

function anotherDatabase(file: string): void {
  const db = new DatabaseSync(file);
  db.exec('CREATE TABLE recipes (name TEXT)');
  db.close();
}
