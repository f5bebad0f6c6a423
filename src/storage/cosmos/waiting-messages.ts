import type { TenantId } from '../../core/identity.ts';
import { messageKeyText } from '../../core/ids.ts';
import type { Message } from '../../core/thread.ts';
import type { IndexTask } from '../indexed.ts';
import type { Call, IndexStore } from '../store.ts';
import type { Access } from './access.ts';
import { unbuiltMessages, waitingMessages } from './index-queries.ts';
import { integer, messageOf, tenantIn, threadKeyIn, type Item } from './rows.ts';

/**
 * What this process knows of messages that wait for vectors. To ask the account is to ask every physical partition; so a
 * server embeds what it has stored itself, which it need not ask for, and looks only now and then for what others have
 * left behind: at its start, and every minute or so. What it has found is worked off before it looks again.
 */
export type WaitingMessages = {
  /** Some of what was just stored; what does not wait is passed over. */
  stored(tenant: TenantId, messages: readonly Message[]): void;
  /** What waits for a generation, as far as is known; looks where it is time to. */
  of(asked: Asked, window: Window, call: Call): Promise<IndexTask[]>;
  /** Says that results were stored, or dropped as nothing waits for them any more. */
  done(generation: number, tasks: readonly Pick<IndexTask, 'tenant' | 'key'>[]): void;
  /** Has the next question be answered by a look. */
  lookSoon(): void;
};

type Asked = { readonly generation: number; readonly isServing: boolean };
type Window = Parameters<IndexStore['waiting']>[1];

/** How long a server that has seen all that waits leaves to others what they store, milliseconds. */
export const LOOK_MS = 60_000;

/** So many are brought by a look. */
const LOOKED_FOR = 200;
/** So many are remembered, of up to so many characters; the rest is found by a look. */
const REMEMBERED = 2_000;
const LONGEST = 50_000;

type Known = {
  tasks: Map<string, IndexTask>;
  /** Whether the last look came to the end, and nothing was forgotten since. */
  isAll: boolean;
  lookAt: number;
  /** From where the next look starts; null: from the oldest. */
  from: number | null;
  /** What was done while a look was under way, and may be in its answer. */
  readonly doneMeanwhile: Set<string>;
  looking: Promise<void> | null;
};

/** @param lookMs as LOOK_MS; 0: looks at every question that memory does not fill */
export function createWaitingMessages({ access }: { access: Access }, lookMs: number): WaitingMessages {
  const generations = new Map<number, Known>();

  function knownOf(generation: number): Known {
    const found = generations.get(generation);
    if (found !== undefined) return found;
    const known: Known = {
      tasks: new Map(),
      isAll: false,
      lookAt: 0,
      from: null,
      doneMeanwhile: new Set(),
      looking: null,
    };
    generations.set(generation, known);
    return known;
  }

  async function look(known: Known, { generation, isServing }: Asked, { limit }: Window, call: Call): Promise<void> {
    known.doneMeanwhile.clear();
    const before = new Set(known.tasks.keys());
    const { from } = known;
    const rows = Math.max(limit, known.tasks.size + LOOKED_FOR);
    const ask = isServing ? waitingMessages : unbuiltMessages;
    const found = await access.query('threads', ask(generation, { from, limit: rows }, access.now()), call);
    const isEnd = found.length < rows;
    const tasks = found.map(taskOf).map((task) => [nameOf(task), task] as const);
    const fresh = new Map(tasks.filter(([name]) => !known.doneMeanwhile.has(name)));
    known.isAll = isEnd && from === null;
    for (const [name, task] of known.tasks) {
      if (!fresh.has(name) && !(known.isAll && before.has(name))) fresh.set(name, task);
    }
    known.tasks = fresh;
    known.lookAt = performance.now() + lookMs * (0.5 + Math.random());
    // Several servers that work off one backlog go on from different places.
    known.from = isEnd ? null : between(placeOf(found.at(-1), isServing), access.now());
  }

  return {
    stored(tenant, messages) {
      for (const message of messages.filter(({ indexing }) => indexing === 'PENDING')) {
        const key = { owner: message.owner, thread: message.thread, message: message.id };
        for (const known of generations.values()) {
          if (message.content.length > LONGEST) known.isAll = false;
          else known.tasks.set(nameOf({ tenant, key }), { tenant, key, message });
          const oldest = known.tasks.size > REMEMBERED ? known.tasks.keys().next().value : undefined;
          if (oldest === undefined) continue;
          known.tasks.delete(oldest);
          known.isAll = false;
        }
      }
    },

    async of(asked, window, call) {
      const known = knownOf(asked.generation);
      const isDue = !known.isAll || performance.now() >= known.lookAt;
      if (known.tasks.size < window.limit && isDue) {
        known.looking ??= look(known, asked, window, call).finally(() => {
          known.looking = null;
        });
        await known.looking;
      }
      const tasks = [...known.tasks.values()];
      return (window.from === 'oldest' ? tasks : tasks.reverse()).slice(0, window.limit);
    },

    done(generation, tasks) {
      const known = knownOf(generation);
      for (const name of tasks.map(nameOf)) {
        known.tasks.delete(name);
        if (known.looking !== null) known.doneMeanwhile.add(name);
      }
    },

    lookSoon() {
      for (const known of generations.values()) known.lookAt = 0;
    },
  };
}

function taskOf(row: Item): IndexTask {
  const tenant = tenantIn(row);
  const message = messageOf(row, { tenant, owner: null });
  return { tenant, key: { ...threadKeyIn(row), message: message.id }, message };
}

function nameOf({ tenant, key }: Pick<IndexTask, 'tenant' | 'key'>): string {
  return `${tenant}\n${messageKeyText(key)}`;
}

/** By what a look is ordered. */
function placeOf(row: Item | undefined, isServing: boolean): number {
  return row === undefined ? 0 : integer(row, isServing ? 'waitingSince' : 'createdAt');
}

function between(from: number, to: number): number {
  return from + Math.floor(Math.random() * Math.max(0, to - from));
}
