import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { aSmallProject } from './small-project.ts';

const text = (file: string): Promise<string> => readFile(join(import.meta.dirname, '../..', file), 'utf8');

const SCHEMA = await text('schema.graphql');
const GENERATED = { 'src/graphql/generated.ts': await text('src/graphql/generated.ts') };

/** Every piece of `npm run check`. */
const GATES = ['types', 'lint', 'format', 'generated', 'unused', 'arrows'];

type Fault = {
  readonly gate: string;
  readonly fault: string;
  readonly files: Readonly<Record<string, string | null>>;
  readonly says: readonly RegExp[];
};

/** Code that nothing else is wrong with: used, formatted, typed. */
const inMain = (text: string): Readonly<Record<string, string>> => ({
  'src/main.ts': `import { compose } from './compose.ts';\n\ncompose().close();\n${text}`,
});

const FAULTS: readonly Fault[] = [
  {
    gate: 'types',
    fault: 'a type error',
    files: inMain(`export const title: string = 1;\n`),
    says: [/src\/main\.ts.*TS2322/],
  },
  {
    gate: 'types',
    fault: 'syntax that Node cannot strip',
    files: inMain(`export enum Colour {\n  Red,\n}\n`),
    says: [/src\/main\.ts.*TS1294/],
  },
  {
    gate: 'lint',
    fault: 'what the house rules refuse',
    files: {
      'src/core/loose.ts': `export const loose = (value: any): string => value;\n`,
      'src/core/bang.ts': `export const bang = (value: string | null): string => value!;\n`,
      'src/core/cast.ts': `export const cast = (value: unknown): string => value as string;\n`,
      'src/core/environment.ts': `export const home = process.env['HOME'];\n`,
      'src/core/usual.ts': `const usual = 1;\nexport default usual;\n`,
      'src/core/noise.ts': `export const noise = (): void => {\n  console.log('noise');\n};\n`,
      'src/core/adrift.ts': `export const adrift = (): void => {\n  Promise.resolve(1);\n};\n`,
      'src/core/index.ts': `export { loose } from './loose.ts';\n`,
      'test/support/guess.ts': `export const guess = (text: string): string => JSON.parse(text);\n`,
      'test/support/claim.ts': `export const claim = (value: unknown): string => value as string;\n`,
      'test/skipped.test.ts': `import { test } from 'node:test';\n\ntest.skip('a promise', () => {});\n`,
    },
    says: [
      /core\/loose\.ts\n.*no-explicit-any/,
      /core\/bang\.ts\n.*no-non-null-assertion/,
      /core\/cast\.ts\n.*consistent-type-assertions/,
      /core\/environment\.ts\n.*no-restricted-properties/,
      /core\/usual\.ts\n.*no-restricted-exports/,
      /core\/noise\.ts\n.*no-console/,
      /core\/adrift\.ts\n.*no-floating-promises/,
      /core\/index\.ts\n.*named in kebab-case/,
      /support\/guess\.ts\n.*no-unsafe-return/,
      /support\/claim\.ts\n.*consistent-type-assertions/,
      /test\/skipped\.test\.ts\n(?:.*\n)?.*Every test runs/,
    ],
  },
  {
    gate: 'lint',
    fault: 'a field of the contract without a description, or against its naming',
    files: {
      'schema.graphql': `${SCHEMA}\nextend type Query {\n  undescribed: Int\n  "Told."\n  Shouted: Int\n}\n`,
    },
    says: [/Description is required for field "undescribed"/, /"Shouted" should be in camelCase/],
  },
  {
    gate: 'format',
    fault: 'a file that is not formatted',
    files: inMain(`export const   title = "wide"\n`),
    says: [/src\/main\.ts/],
  },
  {
    gate: 'generated',
    fault: 'a contract that changed after its types were made',
    files: { ...GENERATED, 'schema.graphql': `${SCHEMA}\nextend type Query {\n  "New."\n  later: Int\n}\n` },
    says: [/src\/graphql\/generated\.ts/],
  },
  {
    gate: 'unused',
    fault: 'an export that nobody imports, and a file that nobody reaches',
    files: {
      'src/core/thread.ts': `export type Metadata = string;\n\nexport type Thread = { readonly title: string };\n\nexport const spare = 1;\n`,
      'src/core/forgotten.ts': `export const forgotten = 1;\n`,
    },
    says: [/spare/, /src\/core\/forgotten\.ts/],
  },
  {
    gate: 'arrows',
    fault: 'imports against the direction of the house',
    files: {
      'src/core/upward.ts': `export type { Engine } from '../storage/store.ts';\n`,
      'src/storage/cosmos/engine.ts': `export { openSqlite } from '../sqlite/engine.ts';\n`,
      'src/search/search.ts': `export { openSqlite } from '../storage/sqlite/engine.ts';\n`,
      'src/graphql/server.ts': `export { compose } from '../compose.ts';\n`,
      'src/http/app.ts': `export { title } from '../../test/titles.ts';\n`,
      'test/titles.ts': `export const title = 'Hello';\n`,
      'src/cli/tools.ts': `export { format } from 'prettier';\n`,
    },
    says: [
      /core-knows-nothing: src\/core\/upward\.ts/,
      /engines-know-their-port: src\/storage\/cosmos\/engine\.ts/,
      /only-compose-knows-engines-and-providers: src\/search\/search\.ts/,
      /services-know-ports: src\/search\/search\.ts/,
      /graphql-knows-services: src\/graphql\/server\.ts/,
      /src-stands-alone: src\/http\/app\.ts/,
      /src-runs-on-dependencies: src\/cli\/tools\.ts/,
    ],
  },
  {
    gate: 'arrows',
    fault: 'a cycle of files, and one of folders',
    files: {
      'src/core/hen.ts': `export { egg as hen } from './egg.ts';\n`,
      'src/core/egg.ts': `export { hen as egg } from './hen.ts';\n`,
      'src/search/ask.ts': `import { told } from '../indexing/told.ts';\n\nexport const ask = told;\n`,
      'src/indexing/told.ts': `export const told = 1;\n`,
      'src/indexing/asked.ts': `export { ask } from '../search/ask.ts';\n`,
    },
    says: [/no-cycle-of-files: src\/core\/(hen|egg)\.ts/, /no-cycle-of-folders: src\/(search|indexing)/],
  },
  {
    gate: 'arrows',
    fault: 'a run that looked at no file at all',
    files: {
      'src/main.ts': null,
      'src/compose.ts': null,
      'src/core/thread.ts': null,
      'src/storage/store.ts': null,
      'src/storage/sqlite/engine.ts': null,
      'test/compose.test.ts': null,
      'bench/compose.ts': null,
    },
    says: [/0 modules/],
  },
];

/** Dependencies are this project's, which the small one cannot use up. */
const argsOf = (gate: string): string[] => (gate === 'unused' ? ['--include', 'files,exports,types'] : []);

describe('the gates of `npm run check`', { concurrency: 2 }, () => {
  for (const gate of GATES) {
    test(`${gate} lets a sound project pass`, async () => {
      await using project = await aSmallProject(gate === 'generated' ? GENERATED : {});
      const { code, output } = await project.check(gate, ...argsOf(gate));
      assert.equal(code, 0, output);
    });
  }

  for (const { gate, fault, files, says } of FAULTS) {
    test(`${gate} refuses ${fault}, and names it`, async () => {
      await using project = await aSmallProject(files);
      const { code, output } = await project.check(gate, ...argsOf(gate));
      assert.notEqual(code, 0, output);
      for (const words of says) assert.match(output, words);
    });
  }

  test('check runs every one of them', async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await text('package.json')));
    const pieces = Object.keys(scripts).filter((name) => name.startsWith('check:'));
    assert.deepEqual(pieces.sort(), GATES.map((gate) => `check:${gate}`).sort());
  });
});
