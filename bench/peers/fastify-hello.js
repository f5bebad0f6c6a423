/** Bare Fastify that answers with a constant. */
import Fastify from 'fastify';
import { log } from 'node:console';

const app = Fastify();
app.post('/graphql', () => ({ data: {} }));
log(`${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
