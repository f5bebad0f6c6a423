import { openChat, openEmbedder, openEngine } from '../compose.ts';
import { readConfig, type Config } from '../config.ts';
import type { Log } from '../core/log.ts';
import { startMeter } from '../core/meter.ts';
import { progressText } from '../indexing/serving-embedder.ts';
import type { IndexModels } from '../storage/indexed.ts';
import { parseOptions } from './arguments.ts';
import { createLog } from './log.ts';

export const HELP = `skein doctor

Prints the configuration in force (secrets masked) and tries each part; a language model
is asked for one short reply. Ends with a status other than 0 when a part does not work.
The server must not be running on the same file.

Options:
  --help   Print this.
`;

type Check = { readonly part: string; readonly run: () => Promise<string> };

const REPLY_MS = 60_000;

/** @returns the exit status: 0 when all parts work, else 1 */
export async function doctor(args: readonly string[]): Promise<number> {
  parseOptions('doctor', args, {});
  const config = readConfig();
  const log = createLog('silent');
  console.log('Configuration in force:');
  for (const [name, value] of settings(config)) console.log(`  ${name.padEnd(20)} ${value}`);
  console.log('Parts:');
  let failures = 0;
  for (const { part, run } of checks(config, log)) {
    try {
      console.log(`  ok    ${part}: ${await run()}`);
    } catch (error) {
      failures += 1;
      console.log(`  FAIL  ${part}: ${error instanceof Error ? error.message : 'unknown reason'}`);
    }
  }
  return failures === 0 ? 0 : 1;
}

/** Each setting as a line, those of a part as `part.name`; a secret is only said to be there. */
function settings(values: object, prefix = ''): [name: string, value: string][] {
  return Object.entries(values).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const full = `${prefix}${name}`;
    if (name === 'key') return [[full, value === null ? 'none' : '(set)']];
    if (Array.isArray(value)) return [[full, value.join(', ') || 'none']];
    if (typeof value === 'object' && value !== null) return settings(value, `${full}.`);
    return [[full, typeof value === 'string' || typeof value === 'number' ? String(value) : 'none']];
  });
}

function vectorsOf({ serving, building, done, total }: IndexModels): string {
  if (serving === null) return 'no vectors yet';
  if (building === null) return `vectors of ${serving.model}`;
  return `vectors of ${serving.model}; those of ${building.model} are built: ${progressText(done, total)}`;
}

function checks(config: Config, log: Log): Check[] {
  return [
    {
      part: 'storage',
      async run() {
        const engine = await openEngine(config, log);
        try {
          await engine.ping();
          return `${engine.name} answers; ${vectorsOf(await engine.index.models({ meter: startMeter() }))}`;
        } finally {
          await engine.close();
        }
      },
    },
    {
      part: 'embedder',
      async run() {
        const embedder = await openEmbedder(config, log);
        try {
          const [vector] = await embedder.embed(['How is the weather?']);
          return `${embedder.model} gives vectors of ${String(vector?.length)} dimensions`;
        } finally {
          await embedder.close();
        }
      },
    },
    {
      part: 'chat',
      async run() {
        const chat = await openChat(config, log);
        try {
          if (chat.answersFromSources) return 'no language model is configured; replies quote past messages';
          const request = { model: null, turns: [{ role: 'user', content: 'Say yes.' }], sources: [] } as const;
          for await (const event of chat.reply(request, { signal: AbortSignal.timeout(REPLY_MS) })) {
            if (event.kind === 'end') return `${event.model} replies`;
          }
          throw new Error(`${chat.model} ended without a reply`);
        } finally {
          await chat.close();
        }
      },
    },
  ];
}
