import { describe, test } from 'node:test';
import { describeAppending } from './contract/appending.ts';
import { describeCandidates } from './contract/candidates.ts';
import { describeExpiry } from './contract/expiry.ts';
import { describeIndexing } from './contract/indexing.ts';
import { describeLedger } from './contract/ledger.ts';
import { describeModelSwitch } from './contract/model-switch.ts';
import { describeMessageLists } from './contract/message-lists.ts';
import { describeRemoval } from './contract/removal.ts';
import { describeReplies } from './contract/replies.ts';
import { describeSpellings } from './contract/spellings.ts';
import { describeStoredVectors } from './contract/stored-vectors.ts';
import { describeTenancy } from './contract/tenancy.ts';
import { describeThreadLists } from './contract/thread-lists.ts';
import { describeThreads } from './contract/threads.ts';
import type { Capabilities, MakeEngine } from './contract/setting.ts';

type Part = (make: MakeEngine, capabilities: Capabilities) => void;

const PARTS = [
  ['threads', describeThreads],
  ['thread lists', describeThreadLists],
  ['appending', describeAppending],
  ['message lists', describeMessageLists],
  ['replies', describeReplies],
  ['removal', describeRemoval],
  ['expiry', describeExpiry],
  ['tenancy', describeTenancy],
  ['candidates', describeCandidates],
  ['spellings', describeSpellings],
  ['stored vectors', describeStoredVectors],
  ['indexing', describeIndexing],
  ['model switch', describeModelSwitch],
  ['ledger', describeLedger],
] as const satisfies readonly (readonly [name: string, describePart: Part])[];

export type PartName = (typeof PARTS)[number][0];

/**
 * What every engine owes: each promise of the ports in `src/storage/store.ts`, as a test. An engine's own test file calls
 * it with a maker of empty engines.
 * @param capabilities where the ports leave an engine a choice, what it chose
 * @param lacking parts that are reported as skipped, each with the reason
 */
export function describeEngine(
  name: string,
  makeEngine: MakeEngine,
  capabilities: Capabilities,
  lacking: ReadonlyMap<PartName, string> = new Map(),
): void {
  describe(`the ${name} engine keeps the promises of the ports`, () => {
    for (const [part, describePart] of PARTS) {
      const skip = lacking.get(part);
      if (skip === undefined) describePart(makeEngine, capabilities);
      else test(part, { skip });
    }
  });
}
