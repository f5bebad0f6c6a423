import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** A request as it came over the wire. */
export type WireRequest = {
  readonly path: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Resolves when the client has ended the connection before the answer was whole. */
  readonly abandoned: Promise<void>;
};

/** How one request is answered. */
export type Answer = (response: ServerResponse, request: WireRequest) => void | Promise<void>;

/** What a protocol refuses before anything else, and which operation a path is. */
export type Protocol = {
  /** From the server's root, what a client is configured with. */
  readonly basePath: string;
  readonly refusal: (request: WireRequest, key: string | null) => Answer | null;
  readonly operation: (path: string) => 'chat' | 'embeddings' | null;
};
