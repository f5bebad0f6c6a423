import { describe } from 'node:test';
import { describeAppending } from './contract/appending.ts';
import { describeCandidates } from './contract/candidates.ts';
import { describeExpiry } from './contract/expiry.ts';
import { describeIndexing } from './contract/indexing.ts';
import { describeLedger } from './contract/ledger.ts';
import { describeMessageLists } from './contract/message-lists.ts';
import { describeRemoval } from './contract/removal.ts';
import { describeReplies } from './contract/replies.ts';
import { describeTenancy } from './contract/tenancy.ts';
import { describeThreadLists } from './contract/thread-lists.ts';
import { describeThreads } from './contract/threads.ts';
import type { Capabilities, MakeEngine } from './contract/setting.ts';

/**
 * What every engine owes: each promise of the ports in `src/storage/store.ts`, as a test. An engine's own test file calls
 * it with a maker of empty engines.
 * @param capabilities where the ports leave an engine a choice, what it chose
 */
export function describeEngine(name: string, makeEngine: MakeEngine, capabilities: Capabilities): void {
  describe(`the ${name} engine keeps the promises of the ports`, () => {
    describeThreads(makeEngine, capabilities);
    describeThreadLists(makeEngine);
    describeAppending(makeEngine);
    describeMessageLists(makeEngine, capabilities);
    describeReplies(makeEngine);
    describeRemoval(makeEngine);
    describeExpiry(makeEngine);
    describeTenancy(makeEngine);
    describeCandidates(makeEngine);
    describeIndexing(makeEngine);
    describeLedger(makeEngine);
  });
}
