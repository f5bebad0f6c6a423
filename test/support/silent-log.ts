import type { Log } from '../../src/core/log.ts';

/** Tests assert on what callers see; what is logged they need not read. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
