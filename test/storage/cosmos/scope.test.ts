import assert from 'node:assert/strict';
import { CosmosClient } from '@azure/cosmos';
import { describe, test } from 'node:test';
import type { Scope } from '../../../src/core/identity.ts';
import { accessTo, type Access } from '../../../src/storage/cosmos/access.ts';
import { portsOver } from '../../../src/storage/cosmos/engine.ts';
import { createHints } from '../../../src/storage/cosmos/hints.ts';
import { adoptModel } from '../../../src/storage/cosmos/model-switch.ts';
import { regionsOf } from '../../../src/storage/cosmos/regions.ts';
import { createScopeSizes } from '../../../src/storage/cosmos/scope-sizes.ts';
import { createTransport } from '../../../src/storage/cosmos/transport.ts';
import { createTurns } from '../../../src/storage/cosmos/turns.ts';
import { createWaitingMessages } from '../../../src/storage/cosmos/waiting-messages.ts';
import { createVectorModel } from '../../../src/storage/cosmos/vector-model.ts';
import type { Engine } from '../../../src/storage/store.ts';
import {
  aCall,
  aMessage,
  anOutcome,
  aPendingReply,
  aScope,
  aTenantScope,
  aThread,
  BUILT_AT,
  messageKeyIn,
  threadKeyIn,
} from '../../support/builders.ts';
import type { CosmosEmulator } from '../../support/cosmos/emulator.ts';
import { silentLog } from '../../support/silent-log.ts';
import { aKeywordQuery, aMeaningQuery, aModel, DIMENSIONS, embedAll, embedded } from '../contract/searching.ts';
import { startThread } from '../contract/setting.ts';
import { DATABASE, IMPATIENT, openSetting } from './setting.ts';

type Ports = Omit<Engine, 'name' | 'shared' | 'ping' | 'close'>;

const PAGE = { from: 'start', limit: 10, after: null, before: null } as const;
const LAST = { from: 'end', limit: 1, after: null, before: null } as const;
const NEWEST = { field: 'LAST_MESSAGE_AT', direction: 'DESC' } as const;
const DAYS = { from: '2026-11-01', to: '2026-11-30' };

/** Thread and messages with the same ids in every scope that is given them. */
const THREAD = aThread();
const OTHER = aThread();
const SAID = aMessage({ content: 'the kayak' });
const REPLY = aPendingReply();
const KEYWORDS = aKeywordQuery({ terms: ['kayak'] });

/** Every read of the ports that rows come out of. */
function reads(ports: Ports, scope: Scope): Record<string, () => Promise<unknown>> {
  const key = threadKeyIn(aScope(), THREAD);
  const said = messageKeyIn(key, SAID);
  const other = threadKeyIn(aScope(), OTHER);
  const ends = [key, other].map((thread) => ({ thread, filter: {}, window: LAST }));
  return {
    'threads.get of many': () => ports.threads.get(scope, [key, other], aCall()),
    'threads.list': () => ports.threads.list(scope, {}, NEWEST, PAGE, aCall()),
    'messages.get of many': () => ports.messages.get(scope, [said, messageKeyIn(other, SAID)], aCall()),
    'messages.list': () => ports.messages.list(scope, [{ thread: key, filter: {}, window: PAGE }], aCall()),
    'messages.list of many ends': () => ports.messages.list(scope, ends, aCall()),
    'candidates.byKeyword': () => ports.candidates.byKeyword(scope, KEYWORDS, {}, 10, aCall()),
    'candidates.byMeaning': () => ports.candidates.byMeaning(scope, aMeaningQuery('kayak'), {}, 10, aCall()),
    'ledger.read': () => ports.ledger.read(scope, DAYS, aCall()),
  };
}

async function fill(engine: Engine, owner: string, tenant: string): Promise<void> {
  const scope = aScope(owner, tenant);
  await startThread(engine, scope, THREAD, [SAID, REPLY]);
  await startThread(engine, scope, OTHER, [SAID]);
  await embedAll(engine, scope);
}

describe('rows are checked on their way out', () => {
  for (const [foreign, lost] of [
    [['ada', 'rival'], 'tenantId'],
    [['bob', 'acme'], 'ownerId'],
  ] as const) {
    test(`a query that forgets its ${lost} brings nothing out: each read throws instead`, async () => {
      await using setting = await openSetting();
      const { engine, emulator } = setting;
      await engine.index.adopt(aModel(), aCall());
      const [owner, tenant] = foreign;
      await fill(engine, owner, tenant);
      const { ports, close } = await leakyPorts(emulator, lost);
      try {
        for (const [name, read] of Object.entries(reads(ports, aScope()))) {
          await assert.rejects(read(), /outside the scope of the call/, name);
        }
      } finally {
        close();
      }
    });
  }

  test('the leak that the test above makes is one: without the check, the rows come out', async () => {
    await using setting = await openSetting();
    const { engine, emulator } = setting;
    await engine.index.adopt(aModel(), aCall());
    await fill(engine, 'ada', 'rival');
    const { ports, close } = await leakyPorts(emulator, 'tenantId');
    assert.equal(await ports.threads.count(aScope(), {}, aCall()), 2);
    close();
  });
});

describe('every query names its scope', () => {
  for (const scope of [aScope(), aTenantScope()]) {
    test(`of ${scope.owner === null ? 'a tenant' : 'an owner'}, in its text, whatever partition it is sent to`, async () => {
      await using setting = await openSetting({ ranges: 3 });
      const { engine, emulator } = setting;
      await engine.index.adopt(aModel(), aCall());
      await fill(engine, 'ada', 'acme');
      emulator.forgetRequests();
      const ada = aScope();
      const key = threadKeyIn(ada, THREAD);
      for (const read of Object.values(reads(engine, scope))) await read();
      await engine.threads.count(scope, {}, aCall());
      await engine.messages.count(scope, [{ thread: key, filter: { roles: ['USER'] } }], aCall());
      await engine.index.countPending(scope, aCall());
      if (scope.owner !== null) {
        await engine.threads.update(ada, THREAD.id, { metadata: { a: 'b' } }, null, aCall());
        await engine.messages.finish(ada, messageKeyIn(key, REPLY), anOutcome(), aCall());
        await engine.index.store(
          [embedded({ tenant: ada.tenant, key: messageKeyIn(key, REPLY), message: message() })],
          aCall(),
        );
        await engine.messages.replaceReply(ada, messageKeyIn(key, REPLY), aPendingReply(), aCall());
        await engine.messages.append(ada, THREAD.id, [SAID, aMessage()], aCall());
        await engine.messages.delete(ada, messageKeyIn(key, SAID), aCall());
        await engine.threads.delete(ada, THREAD.id, aCall());
      }
      const queries = emulator.requests.filter(({ operation }) => operation === 'query');
      assert(queries.length > 10);
      for (const { query = '', parameters } of queries) {
        const text = query.replaceAll(/c\["(\w+)"\]/g, 'c.$1');
        assert(isScoped(text, 'tenantId', parameters, ada.tenant), query);
        // A tenant's queries may name the owner of each thread they ask for.
        if (scope.owner !== null) assert(isScoped(text, 'ownerId', parameters, ada.owner), query);
      }
    });
  }
});

/** Whether a query is confined to a value of a property, beside whatever else it asks. */
function isScoped(text: string, property: string, parameters: unknown, value: string): boolean {
  const [, name] = new RegExp(`c\\.${property} = (@\\w+)`).exec(text) ?? [];
  return (
    Array.isArray(parameters) &&
    parameters.some((parameter: unknown) => JSON.stringify(parameter) === JSON.stringify({ name, value }))
  );
}

function message() {
  return {
    ...aScope(),
    thread: THREAD.id,
    ...REPLY,
    content: 'x',
    seq: 2,
    indexing: 'PENDING',
    failure: null,
    recalled: [],
  } as const;
}

/** The engine's ports over queries whose condition on a property of the scope is lost. */
async function leakyPorts(
  emulator: CosmosEmulator,
  lost: 'tenantId' | 'ownerId',
): Promise<{ ports: Ports; close: () => void }> {
  const transport = createTransport({ regions: regionsOf({ endpoint: emulator.endpoint, preferred: [] }) });
  const client = new CosmosClient({
    endpoint: emulator.endpoint,
    key: emulator.key,
    httpClient: transport.client,
    connectionPolicy: { enableEndpointDiscovery: false, enableBackgroundEndpointRefreshing: false },
  });
  const database = client.database(DATABASE);
  const access = accessTo({
    containers: () => ({ threads: database.container('threads'), ledger: database.container('ledger') }),
    transport,
    now: () => BUILT_AT,
    patience: IMPATIENT,
    learn: () => Promise.resolve(),
  });
  const leaky: Access = {
    ...access,
    query(container, query, call) {
      const text = query.text.replaceAll(new RegExp(`c\\.${lost} = @\\w+`, 'g'), 'true');
      // The vector index will not be asked without a tenant.
      const sent = lost === 'tenantId' ? text.replace(/ORDER BY VectorDistance\(.*\)/s, '') : text;
      return access.query(container, { ...query, text: sent, within: null, pipeline: true }, call);
    },
  };
  const vectors = createVectorModel({ access }, DIMENSIONS);
  await adoptModel({ access, vectors }, aModel(), aCall());
  const ports = portsOver({
    access: leaky,
    hints: createHints(),
    vectors,
    sizes: createScopeSizes({ access }),
    waiting: createWaitingMessages({ access }, 0),
    turns: createTurns(),
    background: () => undefined,
    log: silentLog,
  });
  return {
    ports,
    close: () => {
      client.dispose();
    },
  };
}
