import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { parseConfig, variableDefaults } from '../src/config.ts';
import { parseSkeinRecord } from '../src/importing/skein-record.ts';
import { printedAnswers, README, readmeBlocks } from './support/readme.ts';
import { ask } from './support/skein.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const blocks = readmeBlocks();

describe('the README', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skein-readme-'));
  });
  after(() => rm(folder, { recursive: true }));

  function run(command: string, env: Record<string, string> = {}): ChildProcess {
    return spawn(command, {
      cwd: PROJECT,
      shell: true,
      // A group of its own: npm, its shell and Skein are stopped together.
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, SKEIN_PORT: '0', LOG_LEVEL: 'error', ...env },
    });
  }

  /** Runs a command that serves until it says where; gives that to `use`, and stops it. */
  async function serving(command: string, env: Record<string, string>, use: (url: string) => Promise<void>) {
    const child = run(command, env);
    const exited = once(child, 'exit');
    try {
      let url: string | undefined;
      if (child.stdout === null) throw new Error('The command has no output.');
      for await (const line of createInterface({ input: child.stdout })) {
        url = /listens at (\S+)/.exec(line)?.[1];
        if (url !== undefined) break;
      }
      assert.ok(url, `${command} ended without listening`);
      await use(url);
    } finally {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await exited;
    }
  }

  /** What is installed already is not installed again: CI has just done that. */
  const installed = (command: string) => command.replace(/^npm ci && /, '');

  const commands: Record<string, (command: string) => Promise<void>> = {
    'npm ci && npm start': (command) =>
      serving(installed(command), { SKEIN_DATA: join(folder, 'start.db') }, async (url) => {
        const { data } = await ask(url, '{ viewer { id tenantId pendingIndexing } threads { totalCount } }');
        assert.deepEqual(data, {
          viewer: { id: 'local', tenantId: 'default', pendingIndexing: 0 },
          threads: { totalCount: 0 },
        });
      }),

    // It is what runs this test.
    'npm ci && npm test': async (command) => {
      const { scripts } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
      assert.match(scripts[installed(command).replace('npm ', '')], /node --test/);
    },

    'npm run demo': (command) =>
      serving(command, { SKEIN_DATA: join(folder, 'demo.db') }, async (url) => {
        for (const { query, answer } of printedAnswers(blocks)) {
          const { data, errors } = await ask(url, query);
          assert.deepEqual({ data, ...(errors && { errors }) }, answer, query);
        }
      }),

    'npx skein import conversations.json': async (command) => {
      const file = join(folder, 'conversations.json');
      const conversation = {
        id: 'c1',
        title: 'Hello',
        create_time: 1_700_000_000,
        current_node: 'n1',
        mapping: {
          root: { id: 'root', message: null, parent: null, children: ['n1'] },
          n1: {
            id: 'n1',
            parent: 'root',
            children: [],
            message: {
              id: 'n1',
              author: { role: 'user' },
              create_time: 1_700_000_000,
              content: { content_type: 'text', parts: ['Good morning.'] },
            },
          },
        },
      };
      await writeFile(file, JSON.stringify([conversation]));
      const child = run(command.replace('conversations.json', file), { SKEIN_DATA: join(folder, 'import.db') });
      child.stdout?.resume();
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    },
  };

  for (const { language, text } of blocks) {
    if (language !== 'sh') continue;
    it(`prints a command that works: ${text}`, async () => {
      const try_ = commands[text];
      assert.ok(try_, 'This command is tried by no test: add it above.');
      await try_(text);
    });
  }

  it('lists every variable with the default that is in force', async () => {
    const text = await readFile(README, 'utf8');
    const listed = Array.from(text.matchAll(/^\| `([A-Z_]+)` +\| (\S+)/gm), ([, name = '', value = '']) => [
      name,
      value === 'none' ? undefined : value.replaceAll('`', ''),
    ]);
    assert.deepEqual(Object.fromEntries(listed), variableDefaults());
  });

  it('prints lines that an import takes', () => {
    const lines = blocks.find(({ language }) => language === 'json lines')?.text.split('\n') ?? [];
    const kinds = lines.map((line) => parseSkeinRecord(line, Date.now()).kind);
    assert.deepEqual(kinds, ['thread', 'message']);
  });

  for (const { language, text } of blocks) {
    if (language !== 'ini') continue;
    it(`prints a configuration that is accepted: ${text.split('\n').join(' ')}`, () => {
      const config = parseConfig(parseEnv(text));
      assert.equal(config.chat.kind, 'openai');
    });
  }
});
