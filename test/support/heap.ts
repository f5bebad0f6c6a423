import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** What V8 has in use once it has let go of what nobody can reach, in megabytes. */
export function megabytesInUse(): number {
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed / 1e6;
}
