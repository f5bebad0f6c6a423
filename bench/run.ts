/** `npm run bench -- NAME [ARGUMENTS]` runs a measure; without a name it says which there are. */
import { spawnSync } from 'node:child_process';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

const MEASURES: Readonly<Record<string, string>> = {
  append: 'appends per second, over HTTP and at the port',
  page: 'a page of 50 messages over HTTP',
  search: 'search over HTTP at 10,000 messages, or as many as are named',
  'vector-stores': 'nearest messages by vector, beside LanceDB, USearch and libSQL',
  freshness: 'how soon a message is found, and a backlog worked off while pages are read',
  holds: 'how long each kind of request holds the event loop',
  reply: 'what a reply takes beyond the model, and many at once',
  start: 'start to first answer, and memory',
  embed: 'the local embedder',
  cosmos: 'request units and bytes on Cosmos DB, and what a month costs',
  'import-memory': 'speed and memory of an import',
};

const [name = '', ...rest] = process.argv.slice(2);
if (Object.hasOwn(MEASURES, name)) {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  process.exitCode = spawnSync(execPath, [file, ...rest], { stdio: 'inherit' }).status ?? 1;
} else {
  console.error('npm run bench -- NAME, where NAME is one of:');
  for (const [known, what] of Object.entries(MEASURES)) console.error(`  ${known.padEnd(14)} ${what}`);
  process.exitCode = 2;
}
