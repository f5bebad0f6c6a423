import type { ModelFailure } from '../chat.ts';
import { failureOfConnection, failureOfRefusal, malformed, retryAfterOf, type SettingNames } from '../failures.ts';
import type { Answer } from './client.ts';

/** Of a refusal; its sentence is at the beginning. */
const READ_BYTES = 65_536;

/** What an error on the way means. */
export function explainFault(error: unknown, settings: SettingNames): ModelFailure {
  if (error instanceof SyntaxError) return malformed('something that is not JSON', error);
  if (error instanceof RangeError) return malformed('an event without end', error);
  return failureOfConnection(error, settings);
}

/** What an answer with a status other than 200 means. Reads its body. */
export async function explainRefusal(answer: Answer, settings: SettingNames): Promise<ModelFailure> {
  const text = await readText(answer.body, READ_BYTES);
  return failureOfRefusal(
    { status: answer.status, error: parsed(text), retryAfterMs: retryAfterOf(answer.header) },
    settings,
  );
}

/** @param most bytes; the rest is not read */
export async function readText(bytes: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= most) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
