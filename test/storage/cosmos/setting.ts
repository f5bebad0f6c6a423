import { connectCosmos, type CosmosOptions } from '../../../src/storage/cosmos/engine.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { BUILT_AT } from '../../support/builders.ts';
import { startCosmosEmulator, type CosmosEmulator, type EmulatorOptions } from '../../support/cosmos/emulator.ts';
import { silentLog } from '../../support/silent-log.ts';
import type { EngineUnderTest } from '../contract/setting.ts';
import { DIMENSIONS } from '../contract/searching.ts';

export const DATABASE = 'skein';

/** Patience that ends soon: what is to be seen in a test is that it ends, not how long a user would wait. */
export const IMPATIENT = { requestMs: 150, budgetMs: 3_000, lostMs: 3_000, firstPauseMs: 5 };

type EngineOptions = Partial<CosmosOptions>;

/** Connects an engine to an emulator, with containers of its own making. */
export function connectTo(emulator: CosmosEmulator, options: EngineOptions = {}): Promise<Engine> {
  return connectCosmos({
    endpoint: emulator.endpoint,
    database: DATABASE,
    identity: { key: emulator.key },
    dimensions: DIMENSIONS,
    createMissing: true,
    now: () => BUILT_AT,
    log: silentLog,
    // What another server has stored is seen at once.
    lookMs: 0,
    ...options,
  });
}

/** An emulator and an engine on it; both end with the test's scope. */
export async function openSetting(
  emulatorOptions: EmulatorOptions = {},
  options: EngineOptions = {},
): Promise<AsyncDisposable & { readonly emulator: CosmosEmulator; readonly engine: Engine }> {
  const emulator = await startCosmosEmulator(emulatorOptions);
  const engine = await connectTo(emulator, options);
  return {
    emulator,
    engine,
    async [Symbol.asyncDispose]() {
      await engine.close();
      await emulator.close();
    },
  };
}

/** A maker of engines for the contract suite, each on an emulator of its own. */
export function onEmulator(emulatorOptions: EmulatorOptions) {
  return async ({ now }: { now: () => number }): Promise<EngineUnderTest> => {
    const emulator = await startCosmosEmulator(emulatorOptions);
    let engine = await connectTo(emulator, { now });
    return {
      engine,
      async reopen() {
        await engine.close();
        engine = await connectTo(emulator, { now });
        return engine;
      },
      async cleanup() {
        await engine.close();
        await emulator.close();
      },
    };
  };
}
