import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What to ask, and how hard. */
export const load = z.object({
  url: z.string(),
  /** Each asks again as soon as it is answered, or when it is due. */
  connections: z.int(),
  /** Milliseconds between what a connection asks; an answer that comes later counts from when its question was due. */
  everyMs: z.number().optional(),
  seconds: z.number(),
  /** Goes on beyond the seconds until so many were answered. */
  atLeast: z.int().optional(),
  /** JSON texts to post, in turn. */
  bodies: z.array(z.string()).min(1),
  headers: z.record(z.string(), z.string()).optional(),
});
export type Load = z.infer<typeof load>;

/** What came back: requests a second, and how long each took, in milliseconds. */
const loadResult = z.object({ perSecond: z.number(), latencies: z.array(z.number()) });
export type LoadResult = z.infer<typeof loadResult>;

/** A client in a process of its own: what it costs to ask is not taken from those who answer. */
export type Loader = {
  /** @throws Error when an answer is not a success */
  run(load: Load): Promise<LoadResult>;
  close(): void;
};

export function startLoader(): Loader {
  const child = fork(fileURLToPath(new URL('http-load-process.ts', import.meta.url)));
  return {
    async run(wanted) {
      child.send(wanted);
      const [message] = z
        .tuple([z.unknown()])
        .rest(z.unknown())
        .parse(await once(child, 'message'));
      const failed = z.object({ failure: z.string() }).safeParse(message);
      if (failed.success) throw new Error(failed.data.failure);
      return loadResult.parse(message);
    },
    close() {
      child.disconnect();
    },
  };
}
