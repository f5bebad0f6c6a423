import type { OwnerScope } from '../core/identity.ts';
import { messageKeyText, newMessageId, newThreadId, type MessageKey } from '../core/ids.ts';
import { startMeter } from '../core/meter.ts';
import { keyOfMessage } from '../core/thread.ts';
import type { SearchMode } from '../search/hits.ts';
import type { Search } from '../search/search.ts';
import type { MessageStore } from '../storage/store.ts';
import type { LabelledQuestion } from './labelled-questions.ts';
import { mean, measure, type Measures } from './measures.ts';

/** Means over all questions and over those of each category. */
export type Evaluation = {
  readonly questions: number;
  readonly all: Measures;
  readonly byCategory: Readonly<Record<string, Measures & { readonly questions: number }>>;
};

/** As deep as any measure looks, and some more: hits repeat no message. */
const DEPTH = 20;

/** Asks each question as the owner, and measures what is found against what should be. */
export async function evaluate(
  search: Pick<Search, 'messages'>,
  scope: OwnerScope,
  questions: readonly LabelledQuestion[],
  mode: SearchMode,
): Promise<Evaluation> {
  const scored: { category: string; measures: Measures }[] = [];
  for (const { question, evidence, category } of questions) {
    const request = { query: question, filter: {}, mode, first: DEPTH, after: null };
    const { hits } = await search.messages(scope, request, { meter: startMeter() });
    const ranked = hits.map(({ message }) => messageKeyText(keyOfMessage(message)));
    // Evidence whose text a hit shows is found, whichever of the messages with that text was labelled.
    const shownBy = new Map(
      hits.flatMap(({ duplicates }, at) => duplicates.map((key) => [messageKeyText(key), ranked[at] ?? ''] as const)),
    );
    const wanted = new Set(
      evidence.map((each) => messageKeyText(keyOf(scope, each))).map((id) => shownBy.get(id) ?? id),
    );
    scored.push({ category, measures: measure(ranked, wanted) });
  }
  const categories = [...new Set(scored.map(({ category }) => category))].toSorted();
  return {
    questions: scored.length,
    all: mean(scored.map(({ measures }) => measures)),
    byCategory: Object.fromEntries(
      categories.map((category) => {
        const its = scored.filter((one) => one.category === category).map(({ measures }) => measures);
        return [category, { ...mean(its), questions: its.length }];
      }),
    ),
  };
}

/** Of the messages that answer the questions: how many there are, and how many the store does not have. */
export async function countEvidence(
  messages: Pick<MessageStore, 'get'>,
  scope: OwnerScope,
  questions: readonly LabelledQuestion[],
): Promise<{ readonly messages: number; readonly missing: number }> {
  const all = questions.flatMap(({ evidence }) => evidence.map((each) => keyOf(scope, each)));
  const keys = [...new Map(all.map((key) => [messageKeyText(key), key])).values()];
  const found = await messages.get(scope, keys, { meter: startMeter() });
  return { messages: keys.length, missing: found.filter((message) => message === null).length };
}

function keyOf({ owner }: OwnerScope, { thread, message }: LabelledQuestion['evidence'][number]): MessageKey {
  const key = { owner, thread: newThreadId(owner, thread) };
  return { ...key, message: newMessageId(key, message) };
}
