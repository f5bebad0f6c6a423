import type { Log } from '../../core/log.ts';
import type { Call } from '../store.ts';
import type { Access } from './access.ts';
import type { Hints } from './hints.ts';
import type { ScopeSizes } from './scope-sizes.ts';
import type { Turns } from './turns.ts';
import type { VectorModel } from './vector-model.ts';
import type { WaitingMessages } from './waiting-messages.ts';

/** What the engine's ports share. */
export type Parts = {
  readonly access: Access;
  readonly hints: Hints;
  readonly vectors: VectorModel;
  readonly sizes: ScopeSizes;
  readonly waiting: WaitingMessages;
  /** Writes of this process to one thread come one after the other: among themselves they never conflict. */
  readonly turns: Turns;
  /** Work that goes on after its caller was answered; waited for at the close. `fault`: what is logged when it fails. */
  readonly background: (fault: string, work: (call: Call) => Promise<void>) => void;
  readonly log: Log;
};
