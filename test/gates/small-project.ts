import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');

/** What the gates read besides code: the real ones, so that it is they that are tested. */
const CONFIGURATION = [
  '.dependency-cruiser.mjs',
  '.gitignore',
  '.prettierignore',
  '.prettierrc.json',
  'codegen.ts',
  'eslint.config.js',
  'knip.json',
  'package.json',
  'schema.graphql',
  'tsconfig.json',
];

/** The least code that has every kind of folder the gates know, and nothing for them to find. */
const CODE: Readonly<Record<string, string>> = {
  'src/main.ts': `import { compose } from './compose.ts';\n\ncompose().close();\n`,
  'src/compose.ts': `import { openSqlite } from './storage/sqlite/engine.ts';
import type { Engine } from './storage/store.ts';

export function compose(): Engine {
  return openSqlite();
}
`,
  'src/core/thread.ts': `export type Metadata = Readonly<Record<string, string>>;\n\nexport type Thread = { readonly title: string; readonly metadata: Metadata };\n`,
  'src/storage/store.ts': `import type { Thread } from '../core/thread.ts';

export interface Engine {
  readonly threads: readonly Thread[];
  close(): void;
}
`,
  'src/storage/sqlite/engine.ts': `import type { Engine } from '../store.ts';

export function openSqlite(): Engine {
  const threads = [{ title: 'Hello', metadata: {} }];
  return { threads, close: () => void threads.splice(0) };
}
`,
  'test/compose.test.ts': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compose } from '../src/compose.ts';

test('a thread has a title', () => {
  assert.equal(compose().threads[0]?.title, 'Hello');
});
`,
  'bench/compose.ts': `import { compose } from '../src/compose.ts';\n\ncompose().close();\n`,
};

type Ending = { readonly code: number | null; readonly output: string };

export type SmallProject = {
  /** Runs `npm run check:GATE -- ARGS`; gives its exit code and all it printed. */
  check(gate: string, ...args: readonly string[]): Promise<Ending>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * A project of a few files in a temporary place, under this project's own gates.
 *
 * @param changes texts by path, added to the small project's files or in their place; null takes a file away
 */
export async function aSmallProject(changes: Readonly<Record<string, string | null>> = {}): Promise<SmallProject> {
  const root = await mkdtemp(join(tmpdir(), 'skein-gates-'));
  await symlink(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'), 'junction');
  for (const file of CONFIGURATION) await cp(join(REPOSITORY, file), join(root, file));
  for (const [file, text] of Object.entries({ ...CODE, ...changes })) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    if (text !== null) await writeFile(join(root, file), text);
    else await rm(join(root, file), { force: true });
  }
  return {
    check: (gate, ...args) => run('npm', ['run', '--silent', `check:${gate}`, '--', ...args], root),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject).on('close', (code) => {
      resolve({ code, output });
    });
  });
}
