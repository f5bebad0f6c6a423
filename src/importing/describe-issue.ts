import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

/**
 * What is wrong with a record, for the person who has to mend it.
 *
 * @param issues as zod gives them with `reportInput`
 * @param subject what the paths start from: `message`
 * @returns one line: `message.role must be SYSTEM, USER, ASSISTANT or TOOL, not "human"`; at most three faults
 */
export function describeIssues(issues: readonly Issue[], subject: string): string {
  return issues
    .slice(0, 3)
    .map((issue) => describeIssue(issue, subject))
    .join('; ');
}

function describeIssue(issue: Issue, subject: string): string {
  const place = [subject, ...issue.path.map(String)].join('.');
  const input = quoted(issue.input);
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `${place} is missing`;
      return `${place} must be ${NAMES[issue.expected] ?? issue.expected}, not ${input}`;
    case 'invalid_value': {
      const choices = alternatives(issue.values.map(String));
      return issue.input === undefined
        ? `${place} is missing: it must be ${choices}`
        : `${place} must be ${choices}, not ${input}`;
    }
    case 'invalid_format':
      return issue.format === 'datetime'
        ? `${place} must be a time like 2026-05-01T09:30:00Z, not ${input}`
        : `${place} is malformed: ${input}`;
    case 'unrecognized_keys':
      return `${place} has ${issue.keys.length === 1 ? 'an unknown field' : 'unknown fields'}: ${issue.keys.slice(0, 3).map(quoted).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string') return `${place} must not be empty`;
      return `${place} must be at least ${String(issue.minimum)}, not ${input}`;
    case 'too_big':
      return `${place} must be at most ${String(issue.maximum)}, not ${input}`;
    default:
      return `${place} ${issue.message}`;
  }
}

function alternatives(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
}

/** A value as the file has it, short enough for one line. */
export function quoted(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…"`;
}

/** V8's own words, on one line and short. */
export function jsonFault(error: unknown): string {
  const words = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  return words.length <= 160 ? words : `${words.slice(0, 157)}…`;
}
