import type { Value } from './json.ts';

/** A request, read. */
export type Call = {
  readonly method: string;
  /** The path, cut and decoded: `dbs`, `chat`, `colls` … */
  readonly segments: readonly string[];
  /** A request header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly body: Value;
  readonly region: string;
  readonly principal: Principal;
};

/** Who signed a request: the account key may do all; an Entra identity may not create databases or containers. */
export type Principal = 'key' | 'entra';

/** An answer, before it is written. */
export type Reply = {
  readonly status: number;
  readonly body?: Value;
  readonly charge?: number;
  readonly headers?: Readonly<Record<string, string>>;
};
