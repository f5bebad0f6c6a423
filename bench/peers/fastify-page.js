/** Bare Fastify, which makes JSON of a prepared page. Arguments: a file with the page. */
import Fastify from 'fastify';
import { log } from 'node:console';
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';

const { data } = JSON.parse(readFileSync(argv[2] ?? '', 'utf8'));

const app = Fastify();
app.post('/graphql', (_, reply) => {
  reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify({ data }));
});
log(`${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
