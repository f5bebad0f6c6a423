import type { IncomingHttpHeaders } from 'node:http';
import { SkeinError } from '../core/errors.ts';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Keeps web pages from asking in their visitor's name. A server that believes whoever asks is safe on loopback only as
 * long as no page reaches it: one may, by a name of its own that resolves to 127.0.0.1 (DNS rebinding; its Host header
 * tells), or by a WebSocket, to which browsers apply no same-origin rule (its Origin header tells).
 * @throws SkeinError FORBIDDEN
 */
export function requireLocalCaller(headers: IncomingHttpHeaders, allowedOrigins: readonly string[]): void {
  const host = hostnameOf(`http://${headers.host ?? ''}`);
  if (host === null || !LOOPBACK.has(host)) {
    throw new SkeinError('FORBIDDEN', 'This server answers at 127.0.0.1, [::1] and localhost only.');
  }
  const { origin } = headers;
  if (origin === undefined || origin === 'null' || allowedOrigins.includes(origin)) return;
  const page = hostnameOf(origin);
  if (page === null || !LOOPBACK.has(page)) {
    throw new SkeinError('FORBIDDEN', 'Pages of this origin may not ask; SKEIN_CORS_ORIGINS lists those that may.');
  }
}

function hostnameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}
