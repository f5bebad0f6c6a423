import type { Answer } from './answer.ts';
import { ask, type Who } from './skein.ts';
import { startCommand, type Ending, type SkeinCommand } from './skein-command.ts';

/** A server as a process of its own, which can be killed. */
export type ServerProcess = SkeinCommand & {
  readonly url: string;
  readonly origin: string;
  ask(query: string, variables?: object, who?: Who): Promise<Answer>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ending>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Starts `skein serve` on a free port and waits until it listens. Its data file is `data/skein.db` in the folder.
 * @throws Error with all that it printed, when it ends instead
 */
export async function startServer(folder: string, env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const command = startCommand(['serve'], { folder, env: { SKEIN_PORT: '0', LOG_LEVEL: 'warn', ...env } });
  const [, origin = ''] = await command.printed(/Skein listens at (http:\S+)\/graphql/);
  const url = `${origin}/graphql`;
  const end = (signal: NodeJS.Signals) => {
    command.kill(signal);
    return command.ended;
  };
  return {
    ...command,
    url,
    origin,
    ask: (query, variables, who) => ask(url, query, variables, who),
    end,
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}
