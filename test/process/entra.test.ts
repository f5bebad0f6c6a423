import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CosmosClient } from '@azure/cosmos';
import { wantedContainers } from '../../src/storage/cosmos/containers.ts';
import { valueAt, valuesAt } from '../support/answer.ts';
import { startCosmosEmulator } from '../support/cosmos/emulator.ts';
import { startManagedIdentity } from '../support/managed-identity.ts';
import { startServer } from '../support/server-process.ts';
import { runCommand } from '../support/skein-command.ts';
import { DIMENSIONS } from '../storage/contract/searching.ts';
import { threadWith } from '../support/skein.ts';

const TOKEN = 'token-of-the-identity-9f3e';
const ANOTHER = 'token-of-another-1b7a';
const DATABASE = 'skein';

const READ = 'query ($id: ID!) { thread(id: $id) { messages(first: 9) { edges { node { content } } } } }';
const FIND = `query ($query: String!) {
  searchMessages(query: $query, mode: KEYWORD) { edges { node { message { content } } } } }`;

/**
 * An account as infra/main.bicep makes one, that takes one identity's token by https, and the environment of a machine
 * which has that identity. `dimensions`: of the containers' vectors.
 */
async function provisioned({ token = TOKEN, dimensions = 512 }: { token?: string | null; dimensions?: number } = {}) {
  await using made = new AsyncDisposableStack();
  const folder = made.use(await mkdtempDisposable(join(tmpdir(), 'skein-test-')));
  const emulator = made.use(await startCosmosEmulator({ tls: true, entraTokens: [TOKEN] }));
  const identity = made.use(await startManagedIdentity(token));
  const certificate = join(folder.path, 'emulator.pem');
  await writeFile(certificate, emulator.certificate ?? '');
  const agent = new Agent({ ca: emulator.certificate ?? '' });
  const owner = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key, agent });
  const { database } = await owner.databases.create({ id: DATABASE });
  for (const container of wantedContainers(dimensions)) await database.containers.create(container);
  owner.dispose();
  agent.destroy();
  const opened = made.move();
  return {
    folder: folder.path,
    emulator,
    identity,
    env: { ...identity.env, COSMOS_ENDPOINT: emulator.endpoint, NODE_EXTRA_CA_CERTS: certificate },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

test('a server without a key signs in as its managed identity, and keeps and finds what is said', async () => {
  await using account = await provisioned();
  const { folder, emulator, identity, env } = account;
  await using skein = await startServer(folder, { ...env, LOG_LEVEL: 'trace' });
  const id = await threadWith(skein, ['The ferry leaves at noon.', 'Noted.']);
  const read = await skein.ask(READ, { id });
  assert.deepEqual(valuesAt(read.data, 'thread.messages.edges.*.node.content'), [
    'The ferry leaves at noon.',
    'Noted.',
  ]);
  const { data } = await skein.ask(FIND, { query: 'ferry' });
  assert.equal(valueAt(data, 'searchMessages.edges.0.node.message.content'), 'The ferry leaves at noon.');
  // The token is asked for the account, and for nobody else.
  assert.deepEqual([...new Set(identity.resources)], [new URL(emulator.endpoint).origin]);
  await skein.end('SIGTERM');
  assertTellsNoSecret(skein.stdout() + skein.stderr(), identity.env);
});

type Account = Awaited<ReturnType<typeof provisioned>>;

const granted = /the role Cosmos DB Built-in Data Contributor on the account/;

for (const [name, token, prepare, expected] of [
  ['whose token the account does not take', ANOTHER, () => undefined, [/\(401\/0\)/, granted]],
  [
    'that was granted no role',
    TOKEN,
    ({ emulator }) => {
      emulator.faults.add({
        match: { operation: 'account' },
        effect: { kind: 'status', status: 403, substatus: 5301 },
      });
    },
    [/\(403\/5301\)/, granted],
  ],
  ['that gets no token', null, () => undefined, [/No Entra ID token could be had\./, /az login/]],
] satisfies [string, string | null, (account: Account) => void, RegExp[]][]) {
  test(`an identity ${name} is told what to do about it, and no secret`, async () => {
    await using account = await provisioned({ token });
    const { folder, identity, env } = account;
    prepare(account);
    const [{ status, stdout, stderr }, served] = await Promise.all([
      runCommand(['doctor'], { folder, env }),
      runCommand(['serve'], { folder, env: { ...env, SKEIN_PORT: '0', LOG_LEVEL: 'trace' } }),
    ]);
    assert.equal(status, 1);
    for (const pattern of expected) assert.match(stdout, pattern);
    assertTellsNoSecret(stdout + stderr, identity.env);
    assert.notEqual(served.status, 0);
    for (const pattern of expected) assert.match(served.stdout + served.stderr, pattern);
    assertTellsNoSecret(served.stdout + served.stderr, identity.env);
  });
}

test('the suite for any endpoint runs with an identity, too', async () => {
  await using account = await provisioned({ dimensions: DIMENSIONS });
  const child = spawn(process.execPath, ['--test-reporter=tap', '--test-name-pattern=/tenants|threads/', SUITE], {
    env: {
      ...process.env,
      // Else the child takes itself for a part of this run.
      NODE_TEST_CONTEXT: undefined,
      ...account.env,
      COSMOS_TEST_ENDPOINT: account.env.COSMOS_ENDPOINT,
      COSMOS_TEST_DATABASE: DATABASE,
    },
  });
  const output = await text(child.stdout);
  assert.match(output, /^# pass [1-9]/m, output);
  assert.match(output, /^# fail 0$/m, output);
});

const SUITE = fileURLToPath(new URL('../storage/cosmos-endpoint.test.ts', import.meta.url));

function assertTellsNoSecret(printed: string, secrets: Readonly<Record<string, string>>): void {
  for (const secret of [TOKEN, ANOTHER, ...Object.values(secrets)]) {
    if (secret.startsWith('http')) continue;
    assert.equal(printed.includes(secret), false, `it prints a secret: ${printed}`);
  }
}
