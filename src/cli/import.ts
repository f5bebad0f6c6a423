import { setTimeout } from 'node:timers/promises';
import { SkeinError } from '../core/errors.ts';
import { ownerId, tenantId, type OwnerScope } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import { startMeter } from '../core/meter.ts';
import { importRecords, type ImportReport } from '../importing/import-records.ts';
import { openForImport } from '../importing/open-file.ts';
import type { Engine } from '../storage/store.ts';
import { grouped, startProgress, type Output } from './progress.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

/** `skein import FILE [--user NAME] [--tenant NAME] [--wait]` */
export type ImportOptions = {
  readonly file: string;
  readonly user: string;
  readonly tenant: string;
  /** Stay until everything imported is findable by meaning. */
  readonly wait: boolean;
};

type Surroundings = {
  readonly engine: Engine;
  /** Progress, bad records and the summary go here. */
  readonly out: Output;
  /** Ctrl-C: what is under way is finished and the import ends. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly log: Log;
};

/**
 * The import command. Prints all there is to say.
 *
 * @param surroundings with `startIndexing`: starts embedding what waits, until closed; called for `--wait` only, so that
 * a plain import loads no model and leaves the embedding to the server
 * @returns the exit status: 0; 1 with bad records or when the import failed; 130 when it was interrupted
 */
export async function runImport(
  options: ImportOptions,
  surroundings: Surroundings & { readonly startIndexing: () => Promise<{ close(): Promise<void> }> },
): Promise<number> {
  const { engine, out, signal, now } = surroundings;
  keepYoungGenerationSmall();
  try {
    const scope: OwnerScope = { tenant: tenantId(options.tenant), owner: ownerId(options.user) };
    const report = await importFile({ ...surroundings, file: options.file, scope });
    if (report.interrupted) return 130;
    if (options.wait) {
      const indexing = await surroundings.startIndexing();
      try {
        await untilIndexed({ engine, scope, out, signal, now });
      } finally {
        await indexing.close();
      }
      if (signal.aborted) return 130;
    }
    return report.bad > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof SkeinError)) throw error;
    out.write(`skein import: ${error.message}\n`);
    if (error.code === 'UNAVAILABLE')
      out.write('What was stored until then stays: run the same command again to go on.\n');
    return 1;
  }
}

/**
 * Imports a file into one owner's threads, showing progress and each bad record as it goes, and a summary at the end.
 *
 * @throws SkeinError as `importRecords` does; BAD_USER_INPUT when the file cannot be read
 */
async function importFile(
  input: Surroundings & { readonly file: string; readonly scope: OwnerScope },
): Promise<ImportReport> {
  const { engine, scope, out, signal, now, log } = input;
  const file = openForImport(input.file);
  const progress = startProgress(out, now);
  const started = now();
  try {
    const bad = (place: string, reason: string): void => {
      progress.line(`${place}: ${reason}`);
    };
    const listener = { ...progress, bad };
    const report = await importRecords({ file, name: input.file, engine, scope, listener, signal, now });
    progress.end();
    for (const line of summary(report)) out.write(`${line}\n`);
    log.debug({ ...report, milliseconds: now() - started }, 'import ended');
    return report;
  } finally {
    progress.end();
    file.close();
  }
}

function summary(report: ImportReport): string[] {
  const lines = [`Imported ${count(report.threads, 'thread')} and ${count(report.messages, 'message')}.`];
  if (report.skipped > 0) lines.push(`Not added again: ${count(report.skipped, 'record')} that were there already.`);
  if (report.mentioned > 0) {
    lines.push(`${count(report.mentioned, 'thread')} had no line in the file and got no title.`);
  }
  if (report.bad > 0) lines.push(`${count(report.bad, 'bad record')} left out (reasons above).`);
  if (report.withheld > 0) {
    lines.push(`${count(report.withheld, 'message')} left out because the line of their thread is bad.`);
  }
  if (report.interrupted) lines.push('Interrupted. What was stored stays: run the same command again to go on.');
  else if (report.bad > 0) lines.push('Mend them and run the same command again: only what is missing is added.');
  return lines;
}

function count(value: number, what: string): string {
  return `${grouped(value)} ${what}${value === 1 ? '' : 's'}`;
}

/** Often enough for a person who waits, seldom enough to cost nothing. */
const POLL_MS = 250;

async function untilIndexed(
  input: Pick<Surroundings, 'engine' | 'out' | 'signal' | 'now'> & { readonly scope: OwnerScope },
): Promise<void> {
  const { engine, scope, out, signal, now } = input;
  const call = { meter: startMeter() };
  const total = await engine.index.countPending(scope, call);
  if (total === 0) return;
  const progress = startProgress(out, now);
  progress.stage('Indexing', total, 'messages');
  for (let pending = total; pending > 0 && !signal.aborted; pending = await engine.index.countPending(scope, call)) {
    progress.reached(Math.max(0, total - pending));
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  if (!signal.aborted) progress.reached(total);
  progress.end();
  if (signal.aborted) out.write('Interrupted. The server goes on with the rest when it runs.\n');
}
