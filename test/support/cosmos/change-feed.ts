import { queryCharge } from './charges.ts';
import type { Container } from './containers.ts';
import type { Call, Reply } from './exchange.ts';
import { badRequest, notModelled } from './failures.ts';
import { parsePartitionKey } from './partition-key.ts';
import { intersection, rangeById, spanOf, type Span } from './partitioning.ts';
import { headerSpan } from './queries.ts';

const PAGE_ITEMS = 100;

/**
 * Answers a pull of the change feed in its latest-version mode: each item once, with its newest version, in the
 * order of the writes; 304 when there is nothing new. Deletes do not show.
 */
export function answerChangeFeed(call: Call, container: Container): Reply {
  if (call.header('a-im')?.toLowerCase() !== 'incremental feed')
    throw notModelled('the change feed of all versions and deletes');
  const span = feedSpan(call, container);
  const after = startOf(call, container);
  const since = call.header('if-modified-since');
  const sinceSeconds = since === undefined ? 0 : Math.floor(Date.parse(since) / 1000);
  if (Number.isNaN(sinceSeconds)) throw badRequest(`If-Modified-Since is no date: ${since ?? ''}`);
  const changed = span ? container.items.scan(span) : [];
  const fresh = changed
    .filter(({ lsn, body }) => lsn > after && Number(body['_ts']) >= sinceSeconds)
    .sort((left, right) => left.lsn - right.lsn);
  const size = Number(call.header('x-ms-max-item-count') ?? PAGE_ITEMS);
  const page = fresh.slice(0, size > 0 ? size : PAGE_ITEMS);
  const last = page.at(-1)?.lsn ?? Math.max(after, container.items.lastLsn());
  const documents = page.map(({ body, lsn }) => ({ ...body, _lsn: lsn }));
  return {
    status: documents.length === 0 ? 304 : 200,
    charge: queryCharge(page.map(({ bytes }) => bytes)),
    headers: { etag: `"${last}"`, 'x-ms-item-count': String(documents.length) },
    ...(documents.length === 0
      ? {}
      : { body: { _rid: container.rid, Documents: documents, _count: documents.length } }),
  };
}

function feedSpan(call: Call, container: Container): Span | undefined {
  const key = call.header('x-ms-documentdb-partitionkey');
  if (key !== undefined) return spanOf(parsePartitionKey(key));
  const rangeId = call.header('x-ms-documentdb-partitionkeyrangeid');
  const span = headerSpan(call);
  return rangeId === undefined ? span : intersection(rangeById(container.ranges, rangeId), span);
}

function startOf(call: Call, container: Container): number {
  const token = call.header('if-none-match');
  if (token === undefined || token === '') return 0;
  if (token === '*') return container.items.lastLsn();
  const lsn = Number(token.replaceAll('"', ''));
  if (!Number.isInteger(lsn)) throw badRequest(`If-None-Match is no token of the change feed: ${token}`);
  return lsn;
}
