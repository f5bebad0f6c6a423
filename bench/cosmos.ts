/**
 * What Skein takes of Cosmos DB: `node bench/cosmos.ts`, about a minute.
 *
 * Request units and bytes of requests on the project's emulator, which the real SDK and engine speak to. It charges
 * reads and writes by Microsoft's published table, which is illustrative by its own words; for queries nothing is
 * published, and it takes 2.3 and a twentieth of a read for each item that no index rules out. Beside an append, in the
 * same run, the same append to a thread that is one document. Then what a month comes to, with all that is assumed.
 */
import { ownerId, tenantId } from '../src/core/identity.ts';
import { connectCosmos } from '../src/storage/cosmos/engine.ts';
import { startCosmosEmulator } from '../test/support/cosmos/emulator.ts';
import { silentLog } from '../test/support/silent-log.ts';
import { makeCorpus, someMessages } from './corpus.ts';
import { threadInOneDocument, threadOfItems, type AppendCost, type Growing } from './cosmos-appends.ts';
import { ASSUMED, messagesAThread, projectionOf } from './cosmos-projection.ts';
import { measureRequests, MODES, OWNED, type Cost } from './cosmos-requests.ts';
import { beside, printLine } from './measure.ts';

const PLACES = [10, 1_000, 50_000];
const DOCUMENT_PLACES = [10, 1_000];
const DIMENSIONS = 512;
const RATES = [1, 100, 10_000];

const corpus = await makeCorpus(1);
await using emulator = await startCosmosEmulator();
await measureAppends();
await measureTheRest();

async function measureAppends(): Promise<void> {
  const contents = someMessages(corpus, 1_000);
  const engine = await connectCosmos({
    endpoint: emulator.endpoint,
    database: 'appends',
    identity: { key: emulator.key },
    dimensions: DIMENSIONS,
    createMissing: true,
    log: silentLog,
  });
  const scope = { tenant: tenantId('default'), owner: ownerId('local') };
  const thread = await threadOfItems(engine, emulator, scope, contents);
  const document = await threadInOneDocument(emulator, contents);
  try {
    const documents = new Map<number, AppendCost>();
    for (const place of DOCUMENT_PLACES) documents.set(place, await document.appendAt(place));
    const wall = await document.wall();
    let first: AppendCost | null = null;
    for (const place of PLACES) {
      const cost = await thread.appendAt(place);
      first ??= cost;
      if (place === PLACES[0]) await printCrossing(document, cost);
      const one = documents.get(place);
      const figure = `append at message ${place.toLocaleString('en')}`;
      const comparisons = (part: keyof AppendCost) => [
        beside(cost[part] / (first?.[part] ?? Number.NaN), 'at message 10'),
        one === undefined
          ? `no one document: it ends at message ${wall.toLocaleString('en')}, with 413`
          : beside(cost[part] / one[part], 'the thread in one document'),
      ];
      printLine(figure, cost.requestUnits, 'RU', ...comparisons('requestUnits'));
      printLine(`${figure}, on the wire`, cost.bytes, 'bytes', ...comparisons('bytes'));
    }
  } finally {
    document.close();
    await engine.close();
  }
}

/** A small document is the cheaper one: up to where? */
async function printCrossing(document: Growing, { requestUnits }: AppendCost): Promise<void> {
  let place = 10;
  while ((await document.appendAt(place)).requestUnits <= requestUnits) place += 10;
  printLine('an append to one document costs more from', place, 'messages', 'on, in steps of 10');
}

async function measureTheRest(): Promise<void> {
  const costs = await measureRequests(emulator, corpus);
  const print = (figure: string, { requestUnits, requests }: Cost): void => {
    printLine(figure, requestUnits, 'RU', `${requests.toFixed(1).replace('.0', '')} storage requests`);
  };
  print('sendMessage, two messages', costs.send);
  printLine("a message's vectors", costs.indexing, 'RU');
  print('page of 50 messages', costs.page);
  print('page of 20 threads, the last message of each', costs.list);
  for (const mode of MODES) {
    print(`search of one owner's ${OWNED.toLocaleString('en')}, ${mode}`, costs.searches[mode]);
  }
  print(`search of a tenant's ${(2 * OWNED).toLocaleString('en')}, HYBRID`, costs.tenantSearch);
  print("a tenant's day in the ledger", costs.ledger);
  printLine('a message with its vectors, as JSON', costs.bytesPerMessage, 'bytes');
  printLine('a thread takes, in 20 GB', messagesAThread(costs) / 1e6, 'million', 'messages');

  console.log(
    `\nAssumed: ${JSON.stringify(ASSUMED, null, 1)
      .replaceAll(/[{}"\n]/g, '')
      .trim()}`,
  );
  for (const rate of RATES) {
    const label = `${rate.toLocaleString('en')} a second`;
    const of = projectionOf(rate, costs);
    printLine(
      `${label}, a message, all counted`,
      of.unitsPerMessage,
      'RU',
      `${of.asking.toFixed(1)} of them to ask what waits`,
    );
    printLine(`${label}, mean`, of.unitsPerSecond, 'RU/s', `${String(of.partitions)} physical partitions`);
    printLine(`${label}, autoscale`, of.autoscale, '$ a month');
    if (of.serverless === null) console.log(`${label}, serverless: not with its 5,000 RU/s a container`);
    else printLine(`${label}, serverless`, of.serverless, '$ a month');
    printLine(`${label}, storage`, of.storage, '$ a month', `grows by ${of.gigabytesAMonth.toFixed(1)} GB a month`);
    console.log(`${label}, met first: ${of.first}`);
  }
}
