import type { Call } from './exchange.ts';
import { notModelled } from './failures.ts';

/** What a request asks for. */
export type OperationName =
  | 'account'
  | 'databases'
  | 'containers'
  | 'ranges'
  | 'queryPlan'
  | 'query'
  | 'changeFeed'
  | 'create'
  | 'upsert'
  | 'read'
  | 'replace'
  | 'patch'
  | 'delete'
  | 'batch'
  | 'bulk';

const POINT_OPERATIONS: Readonly<Record<string, OperationName>> = {
  GET: 'read',
  PUT: 'replace',
  PATCH: 'patch',
  DELETE: 'delete',
};
const METADATA: readonly OperationName[] = ['account', 'databases', 'containers', 'ranges', 'queryPlan'];
const WRITES: readonly OperationName[] = ['create', 'upsert', 'replace', 'patch', 'delete', 'batch', 'bulk'];

/** Tells what a request asks for; 400 for what is not modelled. */
export function operationOf(call: Omit<Call, 'principal' | 'body'>): OperationName {
  const { method, segments } = call;
  const [root, , colls, , kind] = segments;
  if (segments.length === 0 && method === 'GET') return 'account';
  if (root !== 'dbs' || (colls !== undefined && colls !== 'colls'))
    throw notModelled(`the resource /${segments.join('/')}`);
  if (method === 'POST' && isOn(call, 'x-ms-documentdb-isquery') && kind !== 'docs') {
    throw notModelled('queries over databases and containers');
  }
  if (segments.length <= 2) return 'databases';
  if (segments.length <= 4) return 'containers';
  if (kind === 'pkranges' && segments.length === 5 && method === 'GET') return 'ranges';
  if (kind !== 'docs' || segments.length > 6) throw notModelled(`the resource /${segments.join('/')}`);
  const point = POINT_OPERATIONS[method];
  if (segments.length === 6 && point) return point;
  if (segments.length === 5 && method === 'POST') return postOperation(call);
  if (segments.length === 5 && method === 'GET' && call.header('a-im') !== undefined) return 'changeFeed';
  throw notModelled(`${method} on /${segments.join('/')}`);
}

/** Whether an operation is about the account, its containers or a plan, and not about items. */
export function isMetadata(operation: OperationName): boolean {
  return METADATA.includes(operation);
}

/** Whether a request changes something, so that only the write region takes it. */
export function isWrite(operation: OperationName, method: string): boolean {
  if (operation === 'databases' || operation === 'containers') return method !== 'GET';
  return WRITES.includes(operation);
}

/** Whether a header says true, in any case. */
export function isOn(call: Pick<Call, 'header'>, name: string): boolean {
  return call.header(name)?.toLowerCase() === 'true';
}

function postOperation(call: Pick<Call, 'header'>): OperationName {
  if (isOn(call, 'x-ms-cosmos-is-query-plan-request')) return 'queryPlan';
  if (isOn(call, 'x-ms-documentdb-isquery')) return 'query';
  if (isOn(call, 'x-ms-cosmos-is-batch-request')) return isOn(call, 'x-ms-cosmos-batch-atomic') ? 'batch' : 'bulk';
  return isOn(call, 'x-ms-documentdb-is-upsert') ? 'upsert' : 'create';
}
