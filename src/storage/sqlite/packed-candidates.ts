import type { MessageKey } from '../../core/ids.ts';
import type { KeywordCandidate, MeaningCandidate, WordCounts } from '../candidates.ts';
import { SEARCH_FIELDS } from '../search-text.ts';
import { pack, unpack, type Packed } from './wire.ts';

/** A message's key, its words' counts (term by term, in the order of the fields), and of one found by meaning how near. */
type Line = readonly [
  owner: MessageKey['owner'],
  thread: MessageKey['thread'],
  message: MessageKey['message'],
  length: number,
  fingerprint: string | null,
  counts: readonly number[],
  cosine?: number,
  start?: number,
  end?: number,
];

/** Candidates as lines of few parts, which are read in a third of the time that their objects take. */
export type PackedCandidates = Packed<readonly Line[]>;

export function packCandidates(candidates: readonly (KeywordCandidate | MeaningCandidate)[]): PackedCandidates {
  const lines = candidates.map((candidate): Line => {
    const { owner, thread, message } = candidate.key;
    const { length, fingerprint, terms } = candidate.counts;
    const counts: number[] = [];
    for (const fields of terms) for (const field of SEARCH_FIELDS) counts.push(fields[field]);
    const words = [owner, thread, message, length, fingerprint, counts] as const;
    return 'cosine' in candidate ? [...words, candidate.cosine, candidate.passage.start, candidate.passage.end] : words;
  });
  return pack<readonly Line[]>(lines);
}

export function unpackKeywordCandidates(packed: PackedCandidates): KeywordCandidate[] {
  return unpack(packed).map((line) => ({ key: keyIn(line), counts: countsIn(line) }));
}

export function unpackMeaningCandidates(packed: PackedCandidates): MeaningCandidate[] {
  return unpack(packed).map((line) => {
    const [, , , , , , cosine = 0, start = 0, end = 0] = line;
    return { key: keyIn(line), counts: countsIn(line), cosine, passage: { start, end } };
  });
}

function keyIn([owner, thread, message]: Line): MessageKey {
  return { owner, thread, message };
}

function countsIn([, , , length, fingerprint, counts]: Line): WordCounts {
  const terms: WordCounts['terms'][number][] = [];
  for (let at = 0; at < counts.length; at += SEARCH_FIELDS.length) {
    const [text = 0, author = 0, said = 0, previous = 0, earlier = 0, next = 0] = counts.slice(
      at,
      at + SEARCH_FIELDS.length,
    );
    terms.push({ text, author, said, previous, earlier, next });
  }
  return { length, terms, fingerprint };
}
