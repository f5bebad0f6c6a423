import { setTimeout } from 'node:timers/promises';
import { openEmbedder, openEngine, startIndexing } from '../compose.ts';
import { readConfig, type Config } from '../config.ts';
import { SkeinError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { startMeter } from '../core/meter.ts';
import { progressText } from '../indexing/serving-embedder.ts';
import type { Engine } from '../storage/store.ts';
import { parseOptions } from './arguments.ts';
import { createLog } from './log.ts';
import { grouped, startProgress } from './progress.ts';

export const HELP = `skein reindex

After a switch of embedding models, embeds every message with the one that is configured.
The vectors of the model before serve until all new ones are there. Stopped, by Ctrl-C or
otherwise, it goes on with what is left when it is run again. A server does the same in
the background by itself, so with SQLite either restart the server or stop it and run this.

Options:
  --help   Print this.

Ends with status 0 when all is embedded, also when there was nothing to do; 130 when it
was interrupted.
`;

/** How often progress is looked at: where it is counted by queries that are paid for, seldom. */
const LOOK_MS = 250;
const LOOK_SHARED_MS = 5_000;

/** @returns the exit status */
export async function reindex(args: readonly string[]): Promise<number> {
  parseOptions('reindex', args, {});
  const config = readConfig();
  const log = createLog(config.logLevel);
  const interrupted = new AbortController();
  const interrupt = () => {
    interrupted.abort();
  };
  // Not only once: npm passes on the Ctrl-C that the terminal has sent to everyone already.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const engine = await openEngine(config, log).catch((error: unknown) => {
    throw inUse(error);
  });
  try {
    const embedder = await openEmbedder(config, log);
    try {
      return await embedAnew({ config, engine, embedder, log, signal: interrupted.signal });
    } finally {
      await embedder.close();
    }
  } finally {
    await engine.close();
  }
}

type Parts = Parameters<typeof startIndexing>[0] & {
  readonly config: Config;
  readonly engine: Engine;
  readonly log: Log;
  readonly signal: AbortSignal;
};

async function embedAnew({ signal, ...parts }: Parts): Promise<number> {
  const { index, shared } = parts.engine;
  const call = { meter: startMeter() };
  const indexing = await startIndexing(parts);
  try {
    const { serving, building, done, total } = indexing.switching;
    if (building === null || serving === null) {
      console.log(`Nothing to re-embed: all vectors are of ${parts.embedder.model}.`);
      return 0;
    }
    const went = done === 0 ? '' : ` Going on at ${progressText(done, total)}.`;
    console.log(`Embedding everything with ${building.model} instead of ${serving.model}.${went}`);
    const progress = startProgress(process.stdout, Date.now);
    progress.stage('Re-embedding', total, 'messages');
    let last = done;
    for (;;) {
      const models = await index.models(call);
      if (models.building === null) break;
      progress.reached((last = models.done));
      if (signal.aborted) break;
      await setTimeout(shared ? LOOK_SHARED_MS : LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    const after = await index.models(call);
    if (after.building !== null) {
      progress.end();
      console.log(
        `Interrupted at ${progressText(last, total)}. Run it again, or a server, to go on; ${serving.model} serves until then.`,
      );
      return 130;
    }
    progress.reached(total);
    progress.end();
    // What served before is removed; what is left of that when this ends, the next start removes.
    console.log(`Embedded ${grouped(total)} messages with ${building.model}, which serves searches from now on.`);
    return 0;
  } finally {
    await indexing.close();
  }
}

/** Another Skein that holds the file embeds everything anew by itself, once it has the new configuration. */
function inUse(error: unknown): unknown {
  if (!(error instanceof SkeinError) || !error.message.includes('is in use by')) return error;
  return new SkeinError(
    'UNAVAILABLE',
    `${error.message} Or leave it to that server: restarted with this configuration, it re-embeds everything in the background.`,
  );
}
