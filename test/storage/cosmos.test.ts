import { describe } from 'node:test';
import type { EmulatorOptions } from '../support/cosmos/emulator.ts';
import { describeEngine } from './contract.ts';
import { describeCandidates } from './contract/candidates.ts';
import { describeIndexing } from './contract/indexing.ts';
import { describeThreadLists } from './contract/thread-lists.ts';
import { onEmulator } from './cosmos/setting.ts';

const CAPABILITIES = { batchesAcrossThreads: false };

/** The two ends of what a gateway may do: the kindest, and all that is unverified the other way. */
const KIND: EmulatorOptions = { ranges: 1 };
const UNKIND: EmulatorOptions = {
  ranges: 3,
  regions: ['East US', 'West Europe'],
  gateway: {
    partitionKeyWithRank: 'honoured',
    prefixKeyHeader: 'refused',
    itemsWithoutVector: 'last',
    shortPages: true,
  },
};

describeEngine('cosmos, one range and region,', onEmulator(KIND), CAPABILITIES);
describeEngine('cosmos, three ranges, two regions and an unkind gateway,', onEmulator(UNKIND), CAPABILITIES);

// What ranges and gateways make a difference to: lists and searches.
for (const options of [
  { ...KIND, ranges: 3 },
  { ...KIND, gateway: UNKIND.gateway ?? {} },
  { ...UNKIND, ranges: 1 },
  { ...UNKIND, gateway: {} },
]) {
  describe(`the cosmos engine with ${JSON.stringify(options)}`, () => {
    const make = onEmulator(options);
    describeThreadLists(make);
    describeCandidates(make);
    describeIndexing(make);
  });
}
