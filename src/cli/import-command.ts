import { openEmbedder, openEngine, startIndexing } from '../compose.ts';
import { readConfig } from '../config.ts';
import { parseOptions } from './arguments.ts';
import { runImport } from './import.ts';
import { createLog } from './log.ts';

export const HELP = `skein import FILE

Imports conversations into the configured store. FILE is Skein's own JSON Lines or the
conversations.json of a ChatGPT export; which of them, its content tells. What is there
already is not added again, so an import that was stopped goes on when it is run again.
The server must not be running on the same file.

Options:
  --user NAME     Whose threads they become (default: local).
  --tenant NAME   In which tenant (default: default).
  --wait          Stay until everything imported is findable by meaning; without it, the
                  server sees to that when it runs.
  --help          Print this.

Ends with status 0; 1 when records were bad (each is named with its line and reason);
130 when it was interrupted.
`;

/** @returns the exit status */
export async function importCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(
    'import',
    args,
    {
      user: { type: 'string', default: 'local' },
      tenant: { type: 'string', default: 'default' },
      wait: { type: 'boolean', default: false },
    },
    ['FILE'],
  );
  const config = readConfig();
  const log = createLog(config.logLevel);
  const interrupted = new AbortController();
  const interrupt = () => {
    interrupted.abort();
  };
  // Not only once: npm passes on the Ctrl-C that the terminal has sent to everyone already.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const engine = await openEngine(config, log);
  try {
    return await runImport(
      { file: positionals[0] ?? '', user: values.user, tenant: values.tenant, wait: values.wait },
      {
        engine,
        out: process.stdout,
        signal: interrupted.signal,
        now: Date.now,
        log,
        async startIndexing() {
          const embedder = await openEmbedder(config, log);
          const indexing = await startIndexing({ config, engine, embedder, log });
          return {
            async close() {
              await indexing.close();
              await embedder.close();
            },
          };
        },
      },
    );
  } finally {
    await engine.close();
  }
}
