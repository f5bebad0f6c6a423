import { compose, type Switching } from '../compose.ts';
import { readConfig, type Config } from '../config.ts';
import { SkeinError } from '../core/errors.ts';
import { createApp, warmUp } from '../http/app.ts';
import { progressText } from '../indexing/serving-embedder.ts';
import { CommandError, parseOptions } from './arguments.ts';
import { createLog } from './log.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

export const HELP = `skein serve

Runs the GraphQL API. It is configured by the environment (and .env), see the README;
\`skein doctor\` prints what is in force. SIGTERM and SIGINT stop it: what is under way
is finished first, for at most 10 seconds.

Options:
  --help   Print this.
`;

/** A stop takes at most this long; replies get most of it, the rest is for storing and closing. */
const STOP_MS = 10_000;
const REPLY_GRACE_MS = 8_000;

/** Runs the server until it is told to stop. @returns the exit status */
export async function serve(args: readonly string[]): Promise<number> {
  parseOptions('serve', args, {});
  keepYoungGenerationSmall();
  const config = readConfig();
  const log = createLog(config.logLevel);
  const skein = await compose(config, log);
  const app = await createApp({
    services: skein.services,
    ping: () => skein.engine.ping(),
    drain: () => skein.services.sending.close(REPLY_GRACE_MS),
    corsOrigins: config.corsOrigins,
    log,
  });
  try {
    await warmUp(app);
    const address = await app.listen({ host: config.host, port: config.port });
    const line = switchLine(skein.switching);
    if (line !== null) console.log(line);
    console.log(
      `Skein listens at ${address}/graphql (open it in a browser for Apollo Sandbox); ${whereDataIs(config)}`,
    );
  } catch (error) {
    await skein.close(0);
    throw listenFault(error, config);
  }

  const stopSignal = await nextStopSignal();
  log.info({ signal: stopSignal }, 'stopping');
  const deadline = setTimeout(() => {
    log.error({}, 'the stop took too long; what was acknowledged is stored, what was not may be lost');
    process.exit(1);
  }, STOP_MS);
  await app.close();
  await skein.close(0);
  clearTimeout(deadline);
  log.info({}, 'stopped');
  return 0;
}

/** Repetitions are ignored: npm passes on the Ctrl-C that the terminal has sent to everyone already. */
function nextStopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve).on('SIGINT', resolve);
  });
}

function listenFault(error: unknown, { host, port }: Config): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const where = `${host}:${String(port)}`;
  if (code === 'EADDRINUSE') {
    return new CommandError(`Something listens at ${where} already. Stop it, or set SKEIN_PORT to another port.`);
  }
  if (code === 'EACCES') return new CommandError(`This user may not listen at ${where}. Set SKEIN_PORT above 1023.`);
  if (error instanceof SkeinError) return error;
  return new CommandError(
    `Skein cannot listen at ${where}: ${error instanceof Error ? error.message : 'unknown reason'}.`,
  );
}

function switchLine({ serving, building, done, total, isServed }: Switching): string | null {
  if (serving === null || building === null) return null;
  const until = isServed
    ? `search goes on being served from the vectors of ${serving.model} until then`
    : `${serving.model} cannot be asked as configured now, so search goes by words until then`;
  return `The embedding model is another: ${building.model} instead of ${serving.model}. Every message is embedded anew in the background (${progressText(done, total)}); ${until}.`;
}

function whereDataIs({ storage }: Config): string {
  return storage.kind === 'sqlite' ? `data in ${storage.path}` : `data in Cosmos DB, database ${storage.database}`;
}
