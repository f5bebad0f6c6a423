import pino, { type Logger } from 'pino';
import type { Config } from '../config.ts';

/** JSON lines on standard error: standard output is for what a command was asked for. */
export function createLog(level: Config['logLevel']): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
