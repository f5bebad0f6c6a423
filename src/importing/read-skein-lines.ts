import { createHash } from 'node:crypto';
import { SkeinError } from '../core/errors.ts';
import { readLines, type Line } from './lines.ts';
import { openPlan, type Added, type Place, type PlannedThread } from './plan.ts';
import { bareThread, type MessageRecord, type ThreadRecord } from './record.ts';
import { parseSkeinRecord, type SkeinRecord } from './skein-record.ts';
import type { Source, SourceInput, SourceThread } from './source.ts';

type Plan = ReturnType<typeof openPlan>;

/**
 * Reads Skein JSON Lines in two passes: the first checks every line and notes where each record belongs, the second
 * gives the threads one by one, reading their messages from where they stand. So the order of the file does not matter,
 * nothing of it is copied, and memory does not grow with it.
 *
 * @throws SkeinError CONFLICT when the file changes in between
 */
export function readSkeinLines(input: SourceInput): Source {
  const plan = openPlan();
  return { threads: threadsOf(input, plan), close: plan.close };
}

async function* threadsOf(input: SourceInput, plan: Plan): AsyncGenerator<SourceThread> {
  await check(input, plan);
  if (input.signal.aborted) return;
  input.listener.stage('Storing', plan.arrange(), 'messages');
  let stored = 0;
  const advance = (): void => {
    stored += 1;
    input.listener.reached(stored);
  };
  for (const thread of plan.threads()) {
    if (thread.state === 'bad') {
      if (thread.messages > 0) input.listener.withheld(thread.messages);
    } else {
      yield arranged(thread, plan, input, advance);
    }
  }
}

async function check({ file, listener, signal, now }: SourceInput, plan: Plan): Promise<void> {
  listener.stage('Checking', file.size, 'bytes');
  const started = now();
  for await (const line of readLines(file.chunks(listener.reached))) {
    if (signal.aborted) return;
    const reason = line.kind === 'bad' ? line.reason : note(parseSkeinRecord(line.text, started), line);
    if (reason !== null) listener.bad(`line ${String(line.line)}`, reason);
  }

  function note(record: SkeinRecord, line: Line): string | null {
    const place: Place = { line: line.line, offset: line.offset, length: line.length };
    switch (record.kind) {
      case 'bad':
        if (record.thread !== null) plan.refuseThread(record.thread, place);
        return record.reason;
      case 'thread':
        return outcome(plan.addThread(record.thread.key, place, hashOf(record.thread)), 'thread', record.thread.key);
      case 'message': {
        const { message, seq, thread } = record;
        const order = { key: message.key, seq, createdAt: message.createdAt };
        return outcome(plan.addMessage(thread, order, place, hashOf(record)), 'message', message.key);
      }
    }
  }

  function outcome(added: Added, what: string, key: string): string | null {
    if (added.kind === 'conflicting') {
      return `${what} ${JSON.stringify(key)} is on line ${String(added.line)} already, with other content; that one counts`;
    }
    if (added.kind === 'repeated') listener.repeated();
    return null;
  }
}

function arranged(planned: PlannedThread, plan: Plan, input: SourceInput, advance: () => void): SourceThread {
  const { place, earliest } = planned;
  const thread = place === null ? bareThread(planned.key, earliest) : readThread(place, input);
  const start = thread.createdAt ?? earliest;
  return {
    place: place === null ? `thread ${JSON.stringify(planned.key)}` : `line ${String(place.line)}`,
    thread: { ...thread, createdAt: start },
    described: place !== null,
    bytes: 0,
    messages: messages(),
  };

  function* messages(): Generator<MessageRecord> {
    for (const message of plan.messages(planned)) {
      const record = readRecord(message, input);
      if (record.kind !== 'message') throw changed();
      yield { ...record.message, createdAt: message.time ?? start };
      advance();
    }
  }
}

function readThread(place: Place, input: SourceInput): ThreadRecord {
  const record = readRecord(place, input);
  if (record.kind !== 'thread') throw changed();
  return record.thread;
}

function readRecord(place: Place, { file }: SourceInput): SkeinRecord {
  // Expiry was judged when the line was checked, against the time at which the import began.
  return parseSkeinRecord(file.read(place.offset, place.length).toString('utf8'), 0);
}

function changed(): SkeinError {
  return new SkeinError('CONFLICT', 'The file changed while it was read. Run the import again.');
}

function hashOf(record: unknown): Buffer {
  return createHash('sha1').update(JSON.stringify(record)).digest();
}
