import type { Scope } from '../../core/identity.ts';
import { spellingsByTerm } from '../../core/spelling.ts';
import { termOf } from '../../core/words.ts';
import type { Call } from '../store.ts';
import { inParallel } from './in-parallel.ts';
import type { Parts } from './parts.ts';
import { allInScope } from './rows.ts';
import { messagesHolding } from './search-queries.ts';
import { countsIn, frequenciesIn } from './word-rows.ts';

/** So many messages are read to see which words there are: what is common is among them. */
const READ = 50;

/**
 * For each word that no message of the scope has: those one letter away that some have, the commonest first. Asked of
 * the full-text index itself, so there is no vocabulary to keep. One request for all words, mostly enough to see that
 * they are there; one or two more for each that is not.
 */
export async function spellings(parts: Parts, scope: Scope, words: readonly string[], call: Call): Promise<string[][]> {
  const own = words.map(termOf);
  const seen = await inMessages(parts, scope, own, READ, call);
  return inParallel([...words.keys()], async (at) => {
    const [word = '', term = ''] = [words[at], own[at]];
    if ((seen.frequencies[at] ?? 0) > 0) return [];
    const all = [...spellingsByTerm(word)];
    const [itself, others] = await Promise.all([
      seen.isAll ? null : inMessages(parts, scope, [term], 1, call),
      inMessages(
        parts,
        scope,
        all.map(([other]) => other),
        READ,
        call,
      ),
    ]);
    if ((itself?.frequencies[0] ?? 0) > 0) return [];
    return all
      .map(([, spelling], place) => ({ spelling, messages: others.frequencies[place] ?? 0 }))
      .filter(({ messages }) => messages > 0)
      .sort((one, other) => other.messages - one.messages)
      .map(({ spelling }) => spelling);
  });
}

/** How many of a few messages that have any of the terms have each; `isAll`: there are no more such messages. */
async function inMessages({ access }: Parts, scope: Scope, terms: readonly string[], rows: number, call: Call) {
  if (terms.length === 0) return { frequencies: [], isAll: true };
  const found = await access.query('threads', messagesHolding(scope, terms, rows, access.now()), call);
  const counts = countsIn(allInScope(found, scope), terms);
  return { frequencies: frequenciesIn(counts, terms.length), isAll: found.length < rows };
}
