/** Mercurius with JIT on Skein's own contract; resolvers give prepared objects. Arguments: a file with the page. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { log } from 'node:console';
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { URL } from 'node:url';

const { data } = JSON.parse(readFileSync(argv[2] ?? '', 'utf8'));
const schema = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

const app = Fastify();
await app.register(mercurius, { schema, resolvers: { Query: { thread: () => data.thread } }, jit: 1 });
log(`${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
