/**
 * Mercurius with JIT on Skein's own contract, reading the messages of every request from SQLite: one prepared statement
 * on one table, no owners, no cost report. Arguments: a file with the page.
 */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { Buffer } from 'node:buffer';
import { log } from 'node:console';
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { URL } from 'node:url';
import { DatabaseSync } from 'node:sqlite';

const { data } = JSON.parse(readFileSync(argv[2] ?? '', 'utf8'));
const schema = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
const { messages } = data.thread;

const columns = Object.keys(messages.edges[0].node);
const db = new DatabaseSync(`${argv[2]}.db`);
db.exec(`CREATE TABLE messages (${columns.join(', ')}, PRIMARY KEY (seq))`);
const insert = db.prepare(`INSERT INTO messages VALUES (${columns.map(() => '?').join(', ')})`);
const plain = (value) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : value);
for (const { node } of messages.edges) insert.run(...columns.map((column) => plain(node[column])));
const select = db.prepare('SELECT * FROM messages WHERE seq > ? ORDER BY seq LIMIT +?');

const cursorOf = (message) => Buffer.from(JSON.stringify(['m', message.seq])).toString('base64url');

function readMessages(_, { first }) {
  const edges = select.all(0, first).map((row) => {
    const node = { ...row, metadata: JSON.parse(row.metadata), usage: JSON.parse(row.usage) };
    return { cursor: cursorOf(node), node };
  });
  return { ...messages, edges };
}

const app = Fastify();
await app.register(mercurius, {
  schema,
  resolvers: { Query: { thread: () => data.thread }, Thread: { messages: readMessages } },
  jit: 1,
});
log(`${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
