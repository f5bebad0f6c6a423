import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { textAt, valueAt, valuesAt } from '../support/answer.ts';
import { startServer } from '../support/server-process.ts';
import { runCommand, startCommand } from '../support/skein-command.ts';

const DEMO = fileURLToPath(new URL('../../demo/conversations.jsonl', import.meta.url));

const aFolder = () => mkdtempDisposable(join(tmpdir(), 'skein-test-'));

/** Runs `skein` in a folder of its own, for what stores nothing. */
async function skein(...args: readonly string[]) {
  await using folder = await aFolder();
  return await runCommand(args, { folder: folder.path });
}

describe('the skein command', () => {
  for (const [args, names] of [
    [['--help'], ['serve', 'import FILE', 'doctor']],
    [
      ['serve', '--help'],
      ['skein serve', '--help'],
    ],
    [
      ['import', '--help'],
      ['skein import FILE', '--user NAME', '--tenant NAME', '--wait', '--help'],
    ],
    [
      ['import', '--user', 'ada', '-h'],
      ['skein import FILE', '--user NAME'],
    ],
    [
      ['reindex', '--help'],
      ['skein reindex', '--help'],
    ],
    [
      ['doctor', '--help'],
      ['skein doctor', '--help'],
    ],
  ] as const) {
    it(`${args.join(' ')} says what there is, and does nothing else`, async () => {
      const { status, stdout, stderr } = await skein(...args);
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
      for (const name of names) assert.ok(stdout.includes(name), stdout);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
    });
  }

  it('without a command prints what there is, and ends with status 2', async () => {
    const { status, stdout } = await skein();
    assert.equal(status, 2);
    assert.match(stdout, /^skein: .*\n\nUsage: skein COMMAND/);
  });

  const wrong: readonly [args: readonly string[], says: RegExp][] = [
    [['sevre'], /^skein does not know “sevre”\. It knows serve, import, reindex, eval, doctor\.\n$/],
    [['toString'], /^skein does not know “toString”\./],
    [['serve', '--port', '1'], /^skein serve: Unknown option '--port'\. `skein serve --help` lists what it takes\.\n$/],
    [['serve', 'now'], /^skein serve does not know what to do with “now”\./],
    [['doctor', '--fix'], /^skein doctor: Unknown option '--fix'\./],
    [['import'], /^skein import needs FILE\./],
    [['import', '--wait'], /^skein import needs FILE\./],
    [['import', 'a.jsonl', 'b.jsonl'], /^skein import does not know what to do with “b\.jsonl”\./],
    [['import', 'a.jsonl', '--owner', 'ada'], /^skein import: Unknown option '--owner'\./],
    [['import', 'a.jsonl', '--user'], /^skein import: Option '--user <value>' argument missing\. `/],
  ];
  for (const [args, says] of wrong) {
    it(`skein ${args.join(' ')} is refused by name with status 2`, async () => {
      const { status, stdout, stderr } = await skein(...args);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.match(stderr, says);
    });
  }
});

describe('skein doctor', () => {
  it('prints what is in force and that each part works, where nothing is yet', async () => {
    await using folder = await aFolder();
    const env = { SKEIN_PORT: '4567', SKEIN_DATA: './elsewhere/mine.db' };
    const { status, stdout, stderr } = await runCommand(['doctor'], { folder: folder.path, env });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, stdout);
    assert.match(stdout, /^ {2}port +4567$/m);
    assert.match(stdout, /^ {2}storage\.path +\.\/elsewhere\/mine\.db$/m);
    assert.match(stdout, /^ {2}ok {4}storage: sqlite answers/m);
    assert.match(stdout, /^ {2}ok {4}embedder: \S+ gives vectors of 512 dimensions$/m);
  });

  it('says who holds the file, tries the rest all the same, and ends with status 1', async () => {
    await using folder = await aFolder();
    await using server = await startServer(folder.path);
    const { status, stdout } = await runCommand(['doctor'], { folder: folder.path });
    assert.equal(status, 1);
    assert.match(stdout, new RegExp(`^ {2}FAIL {2}storage: .*skein\\.db is in use by .*process ${server.pid}\\)`, 'm'));
    assert.match(stdout, /^ {2}ok {4}embedder/m);
  });

  it('says what is wrong with the environment', async () => {
    await using folder = await aFolder();
    const { status, stderr } = await runCommand(['doctor'], { folder: folder.path, env: { SKEIN_PORT: 'x' } });
    assert.equal(status, 2);
    assert.match(stderr, /SKEIN_PORT expects a port/);
  });
});

describe('skein import', () => {
  it('brings conversations in once, where a search finds them', async () => {
    await using folder = await aFolder();
    const imported = await runCommand(['import', DEMO, '--user', 'mara'], { folder: folder.path });
    assert.equal(imported.status, 0, imported.stdout);
    assert.match(imported.stdout, /^Imported 52 threads and 664 messages\.$/m);
    const again = await runCommand(['import', DEMO, '--user', 'mara'], { folder: folder.path });
    assert.equal(again.status, 0, again.stdout);
    assert.match(again.stdout, /^Imported 0 threads and 0 messages\.$/m);

    await using server = await startServer(folder.path);
    const query = `{ threads { totalCount } searchMessages(query: "Radhaus Winkler paid twice", mode: KEYWORD, first: 1) {
      edges { node { message { content thread { title } } } } } }`;
    const { data } = await server.ask(query, {}, { user: 'mara' });
    assert.equal(valueAt(data, 'threads.totalCount'), 52);
    const hit = valueAt(data, 'searchMessages.edges.0.node.message');
    assert.match(textAt(hit, 'content'), /Radhaus Winkler/);
    assert.equal(valueAt(hit, 'thread.title'), 'Workshop charged twice in January');
    const other = await server.ask(query, {}, { user: 'jonas' });
    assert.deepEqual(other.data, { threads: { totalCount: 0 }, searchMessages: { edges: [] } });
  });

  it('stopped by Ctrl-C keeps what is stored, and goes on when it is run again', async () => {
    await using folder = await aFolder();
    const count = 12_000;
    await writeFile(join(folder.path, 'long.jsonl'), aConversation(count));
    const running = startCommand(['import', 'long.jsonl'], { folder: folder.path });
    await running.printed(/^Storing: 10% /m);
    running.kill('SIGINT');
    await running.printed(/^Interrupted\./m);
    running.kill('SIGINT');
    assert.deepEqual(await running.ended, { status: 130, signal: null }, running.stderr());
    assert.match(running.stdout(), /^Interrupted\. What was stored stays: run the same command again to go on\.$/m);
    const [, first = '0'] = /^Imported 1 thread and ([\d,]+) messages\.$/m.exec(running.stdout()) ?? [];
    const stored = Number(first.replace(',', ''));
    assert.ok(stored > 0 && stored < count, `${stored} were stored`);

    const { status, stdout } = await runCommand(['import', 'long.jsonl'], { folder: folder.path });
    assert.equal(status, 0, stdout);
    const rest = (count - stored).toLocaleString('en-US');
    assert.ok(stdout.includes(`\nImported 0 threads and ${rest} messages.\n`), stdout);
    await using server = await startServer(folder.path);
    const { data } = await server.ask(`{ threads { edges { node { messageCount messages(last: 1) {
      edges { node { seq content } } } } } } }`);
    assert.deepEqual(valuesAt(data, 'threads.edges.*.node'), [
      { messageCount: count, messages: { edges: [{ node: { seq: count, content: `Line ${count - 1}.` } }] } },
    ]);
  });

  it('ends with status 1 when a record is bad, which it names, and stores the rest', async () => {
    await using folder = await aFolder();
    const lines = [
      { type: 'thread', key: 't' },
      { type: 'message', thread: 't', key: 'a', role: 'USER', content: 'Good.' },
      { type: 'message', thread: 't', key: 'b', role: 'ROBOT', content: 'Bad.' },
    ];
    await writeFile(join(folder.path, 'mixed.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    const { status, stdout } = await runCommand(['import', 'mixed.jsonl'], { folder: folder.path });
    assert.equal(status, 1);
    assert.match(stdout, /^line 3: .*role/m);
    assert.match(stdout, /^Imported 1 thread and 1 message\.$/m);
  });

  it('is refused while a server holds the file', async () => {
    await using folder = await aFolder();
    await using server = await startServer(folder.path);
    const { status, stderr } = await runCommand(['import', DEMO], { folder: folder.path });
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`skein\\.db is in use by another Skein \\(process ${server.pid}\\)`));
  });

  it('with --wait ends when everything is findable by meaning', async () => {
    await using folder = await aFolder();
    await writeFile(join(folder.path, 'short.jsonl'), aConversation(20));
    const { status, stdout } = await runCommand(['import', 'short.jsonl', '--wait'], { folder: folder.path });
    assert.equal(status, 0, stdout);
    await using server = await startServer(folder.path);
    const { data } = await server.ask('{ viewer { pendingIndexing } }');
    assert.equal(valueAt(data, 'viewer.pendingIndexing'), 0);
  });
});

function aConversation(count: number): string {
  const lines = [{ type: 'thread', key: 't', title: 'Long' }].map((line) => JSON.stringify(line));
  for (let at = 0; at < count; at += 1) {
    lines.push(JSON.stringify({ type: 'message', thread: 't', key: `m${at}`, role: 'USER', content: `Line ${at}.` }));
  }
  return `${lines.join('\n')}\n`;
}

describe('skein eval', () => {
  const records = [
    { type: 'thread', key: 't', title: 'Garden', createdAt: '2026-05-01T09:00:00Z' },
    { type: 'message', thread: 't', key: 'm1', role: 'USER', content: 'When are the tomatoes planted?' },
    { type: 'message', thread: 't', key: 'm2', role: 'ASSISTANT', content: 'In the middle of May.' },
  ];
  const lines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

  it('says what is not stored, and scores nothing where that is all', async () => {
    await using folder = await aFolder();
    const evaluation = (...args: readonly string[]) =>
      runCommand(['eval', 'questions.jsonl', ...args], { folder: folder.path });
    await writeFile(join(folder.path, 'garden.jsonl'), lines(records));
    const question = { question: 'tomatoes', evidence: ['t/m1', 't/m3'] };
    await writeFile(join(folder.path, 'questions.jsonl'), lines([question]));
    const imported = await runCommand(['import', 'garden.jsonl', '--wait'], { folder: folder.path });
    assert.equal(imported.status, 0, imported.stdout);

    const some = await evaluation('--json');
    assert.equal(some.stderr, 'Not stored, and so not found: 1 of the 2 messages that questions.jsonl names.\n');
    assert.equal(valueAt(JSON.parse(some.stdout), 'all.recall10'), 0.5);

    const { status, stdout, stderr } = await evaluation('--user', 'nobody');
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
    assert.match(
      stderr,
      /^No message that questions\.jsonl names is stored for nobody in the tenant default\. Import them/,
    );
  });
});
