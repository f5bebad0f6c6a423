/** What every measure here shares: rounds in turn, so that noise hits all alike; and one form of line to print. */

/** @returns NaN of no values */
export const median = (values: readonly number[]): number => percentile(values, 50);

/** The value that `share` percent of the values do not exceed. @returns NaN of no values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Runs each thing once a round, one after the other. @returns of each thing, what its rounds gave */
export async function inTurns<Result>(
  rounds: number,
  ...things: readonly (() => Promise<Result> | Result)[]
): Promise<Result[][]> {
  const results = things.map((): Result[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [place, thing] of things.entries()) results[place]?.push(await thing());
  }
  return results;
}

/** What a figure is compared with: the same rounds' values of the reference. */
export type Reference = { readonly name: string; readonly rounds: readonly number[] };

/**
 * Prints a figure's line: the median of its rounds, and beside each reference the median of the ratios round by round,
 * which a noisy minute does not change much.
 */
export function report(
  figure: string,
  unit: string,
  rounds: readonly number[],
  ...references: readonly Reference[]
): void {
  const ratios = references.map(({ name, rounds: theirs }) => {
    const pairs = rounds.slice(0, theirs.length).map((value, round) => value / (theirs[round] ?? Number.NaN));
    return beside(median(pairs), name);
  });
  printLine(figure, median(rounds), unit, ...ratios);
}

/** How a figure compares: how many times the reference it is. */
export function beside(ratio: number, reference: string): string {
  return `${inThreeDigits(ratio)} × ${reference}`;
}

/** A line as every measure prints it: what, how much, and beside what. */
export function printLine(figure: string, value: number, unit: string, ...comparisons: readonly string[]): void {
  const columns = [figure.padEnd(44), inThreeDigits(value).padStart(8), unit.padEnd(10), comparisons.join('; ')];
  console.log(columns.join(' ').trimEnd());
}

function inThreeDigits(value: number): string {
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.1))));
  return value.toFixed(Math.min(decimals, 3));
}
