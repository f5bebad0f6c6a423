import { LOOK_MS } from '../src/storage/cosmos/waiting-messages.ts';
import type { RequestCosts } from './cosmos-requests.ts';

/**
 * What a projection takes for granted. Prices are list prices in US dollars of one region of the USA, one write region,
 * no reservation, no discount: look up yours.
 */
export const ASSUMED = {
  dollarsPer100AutoscaleHours: 0.012,
  dollarsPerMillionServerless: 0.25,
  dollarsPerGigabyteMonth: 0.25,
  /** An hour of autoscale is paid for at the most that it reached. */
  peak: 2,
  hoursAMonth: 730,
  /** Read for each message written: pages of 50 messages, pages of 20 threads, HYBRID searches of 1,000 messages. */
  pages: 0.25,
  lists: 0.1,
  searches: 0.05,
  /** Storage for the indexes: by so much more than the items. */
  indexed: 1.5,
  monthsKept: 12,
  /** Each server looks now and then for what others have left to be indexed. */
  messagesAServer: 100,
  lookSeconds: LOOK_MS / 1_000,
  /** The busiest thread of all is written one message in so many seconds. */
  busiestThreadSeconds: 10,
} as const;

/** Limits of the service, as published. */
const PHYSICAL_UNITS = 10_000;
const PHYSICAL_BYTES = 50e9;
const LOGICAL_BYTES = 20e9;
const CONTAINER_UNITS = 1_000_000;
const SERVERLESS_UNITS = 5_000;

const SECONDS_A_MONTH = ASSUMED.hoursAMonth * 3_600;

export type Projection = {
  readonly unitsPerMessage: number;
  /** Of these, what servers take to look what waits: each asks every physical partition. */
  readonly asking: number;
  readonly unitsPerSecond: number;
  readonly gigabytesAMonth: number;
  readonly partitions: number;
  /** Dollars a month, once as many months are stored as are kept; serverless: null when it cannot. */
  readonly autoscale: number;
  readonly serverless: number | null;
  readonly storage: number;
  /** Which limit is met first, and what happens then. */
  readonly first: string;
};

/** What so many messages a second come to. */
export function projectionOf(rate: number, costs: RequestCosts): Projection {
  const bytesAMonth = rate * SECONDS_A_MONTH * costs.bytesPerMessage * ASSUMED.indexed;
  const stored = bytesAMonth * ASSUMED.monthsKept;
  const looksASecond = Math.ceil(rate / ASSUMED.messagesAServer) / ASSUMED.lookSeconds;
  const askingOf = (partitions: number) => (partitions * costs.waiting * looksASecond) / rate;
  const withPartitions = (partitions: number): number => {
    const { pages, lists, searches } = ASSUMED;
    const read =
      pages * costs.page.requestUnits + lists * costs.list.requestUnits + searches * costs.searches.HYBRID.requestUnits;
    return costs.send.requestUnits / 2 + costs.indexing + askingOf(partitions) + read;
  };
  // A look asks every physical partition, and the more is asked the more of them there are.
  let partitions = 1;
  for (let step = 0; step < 20; step += 1) {
    const units = rate * withPartitions(partitions) * ASSUMED.peak;
    partitions = Math.max(1, Math.ceil(units / PHYSICAL_UNITS), Math.ceil(stored / PHYSICAL_BYTES));
  }
  const unitsPerMessage = withPartitions(partitions);
  const unitsPerSecond = rate * unitsPerMessage;
  const peak = unitsPerSecond * ASSUMED.peak;
  const { dollarsPer100AutoscaleHours, dollarsPerMillionServerless, dollarsPerGigabyteMonth, hoursAMonth } = ASSUMED;
  return {
    unitsPerMessage,
    asking: askingOf(partitions),
    unitsPerSecond,
    gigabytesAMonth: bytesAMonth / 1e9,
    partitions,
    autoscale: (peak / 100) * dollarsPer100AutoscaleHours * hoursAMonth,
    serverless:
      peak > SERVERLESS_UNITS ? null : ((unitsPerSecond * SECONDS_A_MONTH) / 1e6) * dollarsPerMillionServerless,
    storage: (stored / 1e9) * dollarsPerGigabyteMonth,
    first: firstLimit(peak, bytesAMonth, costs.bytesPerMessage),
  };
}

function firstLimit(peak: number, bytesAMonth: number, bytesPerMessage: number): string {
  if (peak > CONTAINER_UNITS) {
    return '1,000,000 RU/s of a container, at once: more is granted on request; or one account for some tenants';
  }
  if (peak > PHYSICAL_UNITS) return '10,000 RU/s of a physical partition, at once: Cosmos DB starts with more of them';
  const untilPhysical = PHYSICAL_BYTES / bytesAMonth;
  const inThread = LOGICAL_BYTES / (bytesPerMessage * ASSUMED.indexed);
  const untilLogical = (inThread * ASSUMED.busiestThreadSeconds) / SECONDS_A_MONTH;
  return untilPhysical < untilLogical
    ? `50 GB of a physical partition, in ${untilPhysical.toFixed(1)} months: Cosmos DB splits it, nothing is to be done`
    : `20 GB of a logical partition, in ${untilLogical.toFixed(1)} months: that thread takes no more messages`;
}

/** How many messages a thread takes before its 20 GB are full. */
export function messagesAThread({ bytesPerMessage }: RequestCosts): number {
  return LOGICAL_BYTES / (bytesPerMessage * ASSUMED.indexed);
}
