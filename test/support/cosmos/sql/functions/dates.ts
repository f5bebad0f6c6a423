import type { Value } from '../../json.ts';
import { takes, type FunctionTable } from './function.ts';

// Cosmos DB writes dates with seven digits after the second; JavaScript keeps three.
const TICK_DIGITS = '0000';
const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
  day: DAY,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};
const SHORT_NAMES: Readonly<Record<string, string>> = {
  yyyy: 'year',
  mm: 'month',
  dd: 'day',
  hh: 'hour',
  mi: 'minute',
  ss: 'second',
  ms: 'millisecond',
};

/** Functions over dates, which are ISO 8601 strings in UTC; "now" is the emulator's clock. */
export const DATE_FUNCTIONS: FunctionTable = {
  GETCURRENTDATETIME: takes(0, 0, (_, clock) => write(clock.now())),
  GETCURRENTTIMESTAMP: takes(0, 0, (_, clock) => clock.now()),
  DATETIMETOTIMESTAMP: takes(1, 1, ([date]) => read(date)),
  TIMESTAMPTODATETIME: takes(1, 1, ([time]) => (typeof time === 'number' ? write(time) : undefined)),
  DATETIMEPART: takes(2, 2, ([part, date]) => partOf(part, read(date))),
  DATETIMEADD: takes(3, 3, ([part, count, date]) => add(part, count, read(date))),
  DATETIMEDIFF: takes(3, 3, ([part, start, end]) => difference(part, read(start), read(end))),
};

function read(date: Value): number | undefined {
  if (typeof date !== 'string' || !/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(date)) return undefined;
  const time = Date.parse(date.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(time) ? undefined : time;
}

function write(time: number): string {
  return new Date(time).toISOString().replace('Z', `${TICK_DIGITS}Z`);
}

function unitOf(part: Value): string | undefined {
  return typeof part === 'string' ? (SHORT_NAMES[part.toLowerCase()] ?? part.toLowerCase()) : undefined;
}

function partOf(part: Value, time: number | undefined): Value {
  if (time === undefined) return undefined;
  const date = new Date(time);
  switch (unitOf(part)) {
    case 'year':
      return date.getUTCFullYear();
    case 'month':
      return date.getUTCMonth() + 1;
    case 'day':
      return date.getUTCDate();
    case 'hour':
      return date.getUTCHours();
    case 'minute':
      return date.getUTCMinutes();
    case 'second':
      return date.getUTCSeconds();
    case 'millisecond':
      return date.getUTCMilliseconds();
    case 'weekday':
      return date.getUTCDay() + 1;
    default:
      return undefined;
  }
}

function add(part: Value, count: Value, time: number | undefined): Value {
  if (typeof count !== 'number' || !Number.isInteger(count) || time === undefined) return undefined;
  const unit = unitOf(part) ?? '';
  if (unit === 'month' || unit === 'year') return write(addMonths(time, unit === 'year' ? 12 * count : count));
  const milliseconds = UNITS[unit];
  return milliseconds === undefined ? undefined : write(time + count * milliseconds);
}

function addMonths(time: number, months: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

function difference(part: Value, start: number | undefined, end: number | undefined): Value {
  if (start === undefined || end === undefined) return undefined;
  const unit = unitOf(part) ?? '';
  const [from, to] = [new Date(start), new Date(end)];
  const years = to.getUTCFullYear() - from.getUTCFullYear();
  if (unit === 'year') return years;
  if (unit === 'month') return 12 * years + to.getUTCMonth() - from.getUTCMonth();
  const milliseconds = UNITS[unit];
  // Published: boundaries crossed are counted, not whole units passed.
  return milliseconds === undefined ? undefined : Math.floor(end / milliseconds) - Math.floor(start / milliseconds);
}
