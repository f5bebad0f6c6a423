import type { Writable } from 'node:stream';

/** Where progress is shown: a terminal says so and has a width. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Shows how far a long job is, and lines of text between. */
export type Progress = {
  /** Starts a stage of `total` units at nothing done; ends the one before. */
  stage(name: string, total: number, unit: 'bytes' | 'messages'): void;
  reached(done: number): void;
  /** Prints a line; on a terminal above the bar. */
  line(text: string): void;
  /** Ends the stage: what was reached stays to be read. */
  end(): void;
};

const BAR = 24;
/** A terminal need not be redrawn more often than the eye follows. */
const REDRAW_MS = 80;
/** Fewer seconds of measure than this say nothing about the rest. */
const ESTIMATE_AFTER_MS = 3_000;

type Stage = {
  readonly name: string;
  readonly total: number;
  readonly unit: 'bytes' | 'messages';
  readonly since: number;
};

/**
 * A bar that redraws itself on a terminal; elsewhere (a file, a pipe, CI) one plain line for every tenth.
 *
 * @param now epoch milliseconds
 */
export function startProgress(out: Output, now: () => number): Progress {
  const live = out.isTTY === true;
  let stage: Stage | null = null;
  let done = 0;
  let tenth = 0;
  let drawnAt = -Infinity;
  let barIsUp = false;

  const wipe = (): void => {
    if (barIsUp) out.write('\r\x1b[K');
    barIsUp = false;
  };
  const draw = (current: Stage): void => {
    // Some terminals say 0 when they do not know.
    const columns = out.columns === undefined || out.columns < 1 ? 80 : out.columns;
    wipe();
    out.write(bar(current, done, now()).slice(0, Math.max(20, columns - 1)));
    barIsUp = true;
    drawnAt = now();
  };
  const end = (): void => {
    if (stage === null) return;
    if (live) {
      draw(stage);
      out.write('\n');
      barIsUp = false;
    }
    stage = null;
  };

  return {
    stage(name, total, unit) {
      end();
      stage = { name, total, unit, since: now() };
      done = 0;
      tenth = 0;
      drawnAt = -Infinity;
      if (live) draw(stage);
    },
    reached(value) {
      if (stage === null) return;
      done = value;
      if (live) {
        if (now() - drawnAt >= REDRAW_MS) draw(stage);
        return;
      }
      const now10 = Math.floor(share(stage, done) * 10);
      if (now10 > tenth) {
        tenth = now10;
        out.write(`${stage.name}: ${amounts(stage, done)}\n`);
      }
    },
    line(text) {
      wipe();
      out.write(`${text}\n`);
      if (live && stage !== null) draw(stage);
    },
    end,
  };
}

function bar(stage: Stage, done: number, now: number): string {
  const filled = Math.round(share(stage, done) * BAR);
  return `${stage.name} [${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ${amounts(stage, done)}${rest(stage, done, now)}`;
}

function share({ total }: Stage, done: number): number {
  return total === 0 ? 1 : Math.min(1, done / total);
}

function amounts(stage: Stage, done: number): string {
  const percent = `${Math.floor(share(stage, done) * 100)}%`;
  return `${percent} (${amount(done, stage.unit)} of ${amount(stage.total, stage.unit)}${stage.unit === 'messages' ? ' messages' : ''})`;
}

function rest({ since, total }: Stage, done: number, now: number): string {
  const passed = now - since;
  if (passed < ESTIMATE_AFTER_MS || done === 0 || done >= total) return '';
  const seconds = Math.ceil((passed / done) * (total - done) * 0.001);
  return seconds < 90 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`;
}

function amount(value: number, unit: Stage['unit']): string {
  if (unit === 'messages') return grouped(value);
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const power = value < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const scaled = value / 1024 ** power;
  return `${power === 0 ? scaled : scaled.toFixed(1)} ${units[power] ?? ''}`;
}

/** A number as people read it: 1,204,000. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
