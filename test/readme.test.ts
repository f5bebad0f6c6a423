import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { parseConfig, variableDefaults } from '../src/config.ts';
import { parseSkeinRecord } from '../src/importing/skein-record.ts';
import { textAt } from './support/answer.ts';
import { printedAnswers, README, readmeBlocks } from './support/readme.ts';
import { parseBicep } from './infra/bicep.ts';
import { startCosmosEmulator } from './support/cosmos/emulator.ts';
import { ask } from './support/skein.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const bicep = parseBicep(readFileSync(join(PROJECT, 'infra/main.bicep'), 'utf8'));
const blocks = readmeBlocks();

/** What each block of configuration claims, in their order. */
const PROVIDERS = [
  {
    host: 'name.openai.azure.com',
    key: false,
    model: 'text-embedding-3-small',
    dimensions: 512,
    historyTokens: 16_000,
  },
  {
    host: 'name.services.ai.azure.com',
    key: true,
    model: 'text-embedding-3-large',
    dimensions: 1_024,
    historyTokens: 16_000,
  },
  { host: 'api.openai.com', key: true, model: 'text-embedding-3-small', dimensions: 512, historyTokens: 16_000 },
  { host: '127.0.0.1:11434', key: false, model: 'nomic-embed-text', dimensions: null, historyTokens: 3_000 },
];

/** Where the README has an emulator listen. */
const EMULATOR = 'http://127.0.0.1:8081/';
const commandWith = (words: string) =>
  blocks.find(({ language, text: block }) => language === 'sh' && block.includes(words))?.text ?? words;
const startOnCosmos = commandWith('COSMOS_ENDPOINT=');
const evaluateTheDemo = commandWith('npm run eval');
const testOnCosmos = commandWith('COSMOS_TEST_ENDPOINT=');

describe('the README', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skein-readme-'));
  });
  after(() => rm(folder, { recursive: true }));

  function run(command: string, env: Record<string, string | undefined> = {}): ChildProcess {
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
      const project: unknown = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
      assert.match(textAt(project, `scripts.${installed(command).replace('npm ', '')}`), /node --test/);
    },

    'npm run demo': (command) =>
      serving(command, { SKEIN_DATA: join(folder, 'demo.db') }, async (url) => {
        for (const { query, answer } of printedAnswers(blocks)) {
          const { data, errors } = await ask(url, query);
          assert.deepEqual({ data, ...(errors && { errors }) }, answer, query);
        }
      }),

    [evaluateTheDemo]: async (command) => {
      // What the demo has stored, above.
      const child = run(command.replace('data/demo.db', join(folder, 'demo.db')));
      const exited = once(child, 'exit');
      const output = child.stdout === null ? '' : await text(child.stdout);
      assert.deepEqual(await exited, [0, null], output);
      const [, found = ''] = /│ all +│ 288 +│ [\d.]+ +│ ([\d.]+)/.exec(output) ?? [];
      assert.ok(Number(found) > 70, output);
    },

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

    'npm run cosmos:emulator': async (command) => {
      const child = run(`${command} -- --port 0`);
      const exited = once(child, 'exit');
      const printed: Record<string, string> = {};
      if (child.stdout === null) throw new Error('The command has no output.');
      for await (const line of createInterface({ input: child.stdout })) {
        const [, name = '', value = ''] = /^(\w+) +(\S+)$/.exec(line) ?? [];
        printed[name] = value;
        if (name === 'key') break;
      }
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await exited;
      assert.match(printed['endpoint'] ?? '', /^http:\/\/127\.0\.0\.1:\d+\/$/);
      assert.ok(
        blocks.some(({ text }) => text.includes(`COSMOS_KEY=${printed['key'] ?? ''} `)),
        'its key is printed',
      );
    },

    [startOnCosmos]: async (command) => {
      await using emulator = await startCosmosEmulator();
      await serving(command.replace(EMULATOR, emulator.endpoint), {}, async (url) => {
        const { data } = await ask(url, '{ threads { totalCount } }');
        assert.deepEqual(data, { threads: { totalCount: 0 } });
      });
      assert.ok(emulator.requests.length > 0);
    },

    [testOnCosmos]: async (command) => {
      await using emulator = await startCosmosEmulator({ gateway: { batchEtags: 'ignored' } });
      // Or the runner takes it for a part of this one.
      const child = run(command.replace(EMULATOR, emulator.endpoint), {
        NODE_TEST_CONTEXT: undefined,
      });
      const exited = once(child, 'exit');
      const output = child.stdout === null ? '' : await text(child.stdout);
      assert.deepEqual(await exited, [0, null], output);
      assert.match(output, /appending .*# the endpoint does not check the ETag/);
      assert.match(output, / pass [1-9]/);
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

  // What needs Azure, or Docker, cannot be run here: what of it names something of this project is compared with that.
  it('prints Azure commands whose template, parameters and outputs there are', async () => {
    const commands = blocks
      .filter(({ language }) => language === 'azurecli')
      .flatMap((block) => block.text.split('\n'));
    assert.ok(commands.length > 0);
    for (const command of commands) {
      assert.match(command, /^az (group|deployment group) (create|show) /);
      const [, template] = /--template-file (\S+)/.exec(command) ?? [];
      const [, parameters = ''] = /--parameters (.*)$/.exec(command) ?? [];
      const [, output] = /--query properties\.outputs\.(\w+)\.value/.exec(command) ?? [];
      if (template !== undefined) assert.equal(template, 'infra/main.bicep');
      for (const [, name = ''] of parameters.matchAll(/(\w+)=/g)) assert.ok(bicep.parameters.has(name), name);
      if (output !== undefined) assert.ok(bicep.outputs.includes(output), output);
    }
    const { text: section = '' } =
      /## On Azure Cosmos DB(?<text>.*?)\n## /s.exec(await readFile(README, 'utf8'))?.groups ?? {};
    for (const [, name = ''] of section.matchAll(/`([a-z]\w+)(?:=\w+)?`/g)) {
      if (/^[a-z]+[A-Z]|^capacity/.test(name)) assert.ok(bicep.parameters.has(name) || name === 'retryAfterMs', name);
    }
  });

  it("pins Microsoft's emulator to a dated tag, at the port that the commands name", () => {
    const [docker] = blocks.filter(({ language }) => language === 'console');
    assert.match(docker?.text ?? '', /--publish 8081:8081 .*azure-cosmos-emulator:vnext-EN20\d{6}$/);
    assert.ok(testOnCosmos.includes(EMULATOR));
  });

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

  const configurations = blocks.filter(({ language }) => language === 'ini').map(({ text }) => text);
  for (const [at, provider] of PROVIDERS.entries()) {
    it(`prints a configuration for ${provider.host} that has a model reply and another embed`, () => {
      const { chat, embedder, historyTokens } = parseConfig(parseEnv(configurations[at] ?? ''));
      assert.equal(chat.kind, 'openai');
      assert.equal(embedder.kind, 'openai');
      const { host, ...rest } = provider;
      for (const { endpoint, key } of [chat, embedder]) {
        assert.equal(new URL(endpoint).host, host);
        assert.equal(key !== null, provider.key);
      }
      const { model, dimensions } = embedder;
      assert.deepEqual({ key: embedder.key !== null, model, dimensions, historyTokens }, rest);
    });
  }

  it('prints no other configuration', () => {
    assert.equal(configurations.length, PROVIDERS.length);
  });
});
