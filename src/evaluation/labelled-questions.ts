import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { SkeinError } from '../core/errors.ts';

/**
 * A question with the messages that answer it, each as `thread key/message key`: the keys under which they were
 * imported or the idempotency keys under which they were appended.
 */
export type LabelledQuestion = {
  readonly question: string;
  readonly evidence: readonly { readonly thread: string; readonly message: string }[];
  /** What kind of question it is; figures are given for each kind, too. */
  readonly category: string;
};

const evidence = z
  .string()
  .regex(/^[^/]+\/.+$/, 'must be THREAD KEY/MESSAGE KEY')
  .transform((text) => {
    const slash = text.indexOf('/');
    return { thread: text.slice(0, slash), message: text.slice(slash + 1) };
  });

const line = z.object({
  question: z.string().min(1),
  evidence: z.array(evidence).min(1),
  category: z.string().min(1).default('all'),
});

/**
 * Reads labelled questions, one JSON object a line: `{"question", "evidence": ["t01/m07"], "category"}`.
 * @throws SkeinError BAD_USER_INPUT naming the first line that is none, or a file that cannot be read
 */
export async function readLabelledQuestions(file: string): Promise<LabelledQuestion[]> {
  const questions: LabelledQuestion[] = [];
  let number = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      number += 1;
      if (text.trim() !== '') questions.push(parseLine(text, number));
    }
  } catch (error) {
    if (error instanceof SkeinError) throw error;
    throw new SkeinError('BAD_USER_INPUT', `${file} cannot be read.`, { cause: error });
  }
  if (questions.length === 0) throw new SkeinError('BAD_USER_INPUT', `${file} has no questions.`);
  return questions;
}

function parseLine(text: string, number: number): LabelledQuestion {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SkeinError('BAD_USER_INPUT', `Line ${String(number)} is not JSON.`);
  }
  const parsed = line.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new SkeinError('BAD_USER_INPUT', `Line ${String(number)}: ${where} ${issue?.message ?? 'is not a question'}`);
}
