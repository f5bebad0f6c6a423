import type { OwnerScope } from '../../core/identity.ts';
import { keyOfThread } from '../../core/thread.ts';
import type { Call, NewMessage } from '../store.ts';
import type { Access, Operation } from './access.ts';
import { itemsOf, knownOf, withMessage } from './appended.ts';
import { inBatches } from './batches.ts';
import type { PartitionKey } from './containers.ts';
import { HEAD_ID, partitionOf, type Head, type Recent } from './head.ts';
import { startPace } from './pacing.ts';
import { parcelId, parcelOf } from './parcels.ts';
import { parcels } from './partition-queries.ts';
import { idOf, integer } from './rows.ts';

/** How many parcels are held in memory at once: a megabyte each at most. */
const AT_ONCE = 16;

/**
 * Stores the messages of an append that the head says is committed: from the parcels, in their order. Whoever comes upon
 * such a head does this first, so that nobody sees the append half done; done twice, it changes nothing.
 */
export async function fileParcels(
  { access }: { access: Access },
  scope: OwnerScope,
  head: Head,
  call: Call,
): Promise<void> {
  const { filing, thread } = head;
  if (filing === null) return;
  const key = partitionOf(scope, thread.id);
  let recent: readonly Recent[] = filing.before;
  for (let at = 0; at < filing.numbers.length; at += AT_ONCE) {
    const numbers = filing.numbers.slice(at, at + AT_ONCE);
    const messages = await messagesIn(access, scope, head, filing.writer, numbers, call);
    // Another server has filed them and removed the parcels.
    if (messages.length < numbers.length) return;
    const line = { thread, nextSeq: filing.seq + at, recent };
    const items = itemsOf(line, messages, filing.writer, access.now());
    recent = messages.reduce((sofar, message, place) => withMessage(sofar, message, line.nextSeq + place), recent);
    const known = await knownOf(access, scope, head, messages, call);
    const creates = items.flatMap((item): Operation[] => (known.has(idOf(item)) ? [] : [{ kind: 'create', item }]));
    for (const batch of inBatches(creates)) {
      await fileBatch(access, key, batch, call);
    }
  }
  const condition = `from c where c.filing.writer = '${filing.writer}'`;
  await access.batch(
    'threads',
    key,
    [{ kind: 'patch', id: HEAD_ID, changes: [{ op: 'remove', path: '/filing' }], condition }],
    call,
  );
  const deletes = filing.numbers.map((number): Operation => ({ kind: 'delete', id: parcelId(filing.writer, number) }));
  for (const batch of inBatches(deletes)) await access.batch('threads', key, batch, call);
}

/** What is there already was filed by another server, that came upon the head, too. */
async function fileBatch(access: Access, key: PartitionKey, batch: readonly Operation[], call: Call): Promise<void> {
  const pace = startPace(access);
  for (let left = batch; left.length > 0;) {
    const end = await access.batch('threads', key, left, call);
    if (end.kind === 'done') return;
    if (end.status === 409) left = left.filter((_, at) => at !== end.at);
    else await pace.stalled();
  }
}

async function messagesIn(
  access: Access,
  scope: OwnerScope,
  { thread }: Head,
  writer: string,
  numbers: readonly number[],
  call: Call,
): Promise<readonly NewMessage[]> {
  const wanted = new Set(numbers);
  const [from = 0] = numbers;
  const query = parcels(scope, keyOfThread(thread), writer, from, (numbers.at(-1) ?? from) + 1);
  const rows = (await access.query('threads', query, call)).filter((row) => wanted.has(integer(row, 'number')));
  return rows
    .sort((one, other) => integer(one, 'number') - integer(other, 'number'))
    .map((row) => parcelOf(row, scope));
}
