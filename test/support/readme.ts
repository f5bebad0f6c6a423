import { readFileSync } from 'node:fs';

/** A fenced block of a Markdown text. */
export type Block = { readonly language: string; readonly text: string };

const FENCED = /^```([\w ]+)\n(.*?)^```$/gms;

export const README = new URL('../../README.md', import.meta.url);

/** The fenced blocks of README.md, in order. */
export function readmeBlocks(): Block[] {
  return Array.from(readFileSync(README, 'utf8').matchAll(FENCED), ([, language = '', text = '']) => ({
    language,
    text: text.trim(),
  }));
}

/** Each GraphQL block with the JSON block that follows it: what is printed as its answer. */
export function printedAnswers(blocks: readonly Block[]): { query: string; answer: unknown }[] {
  return blocks.flatMap(({ language, text }, at) => {
    if (language !== 'graphql') return [];
    const next = blocks[at + 1];
    if (next?.language !== 'json') throw new Error(`This query has no answer printed below it:\n${text}`);
    const answer: unknown = JSON.parse(next.text);
    return [{ query: text, answer }];
  });
}
