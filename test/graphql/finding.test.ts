import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { valueAt, valuesAt } from '../support/answer.ts';
import { startSkein, threadWith, type TestSkein } from '../support/skein.ts';

describe('finding over GraphQL', () => {
  let skein: TestSkein;
  let boats = '';
  let lakes = '';
  before(async () => {
    skein = await startSkein();
    boats = await threadWith(
      skein,
      ['Hello!', 'Where can I rent a red kayak?', 'There is a kayak rental at the lake.', 'Thanks!', 'Any time.'],
      { title: 'Boats' },
    );
    lakes = await threadWith(skein, ['Is the kayak rental at the lake open?', 'zzz']);
    await threadWith(skein, ['The oven is broken.', 'thanks', 'Thanks']);
    await threadWith(skein, ['The red kayak of Bob is at the lake.'], { who: { user: 'bob' } });
    await skein.indexed();
  });
  after(() => skein[Symbol.asyncDispose]());

  it('a hit brings its neighbours along, those of all hits in one read', async () => {
    const fields = 'edges { node { message { content seq } neighbours(before: 2, after: 1) { seq } } }';
    const query = `{ searchMessages(query: "\\"red kayak\\"", mode: KEYWORD) { ${fields} } }`;
    const { data, extensions } = await skein.ask(query);
    const hit = valueAt(data, 'searchMessages.edges.0.node');
    assert.equal(valueAt(hit, 'message.seq'), 2);
    assert.deepEqual(valueAt(hit, 'neighbours'), [{ seq: 1 }, { seq: 3 }]);
    const every = await skein.ask(`{ searchMessages(query: "kayak", first: 5) { ${fields} } }`);
    assert(valuesAt(every.data, 'searchMessages.edges.*.node').length > 2);
    const more = (every.extensions?.cost.storageRequests ?? 99) - (extensions?.cost.storageRequests ?? 0);
    assert(more <= 2, `${String(more)} more requests than for one hit without vectors`);
  });

  it('a hit has its thread, those of all hits in one read', async () => {
    const query =
      '{ searchMessages(query: "kayak", mode: KEYWORD, first: 5) { edges { node { thread { id title } } } } }';
    const { data, extensions } = await skein.ask(query);
    const threads = valuesAt(data, 'searchMessages.edges.*.node.thread');
    assert(threads.length > 2);
    assert.deepEqual(new Set(threads.map((thread) => valueAt(thread, 'id'))), new Set([boats, lakes]));
    assert(threads.some((thread) => valueAt(thread, 'title') === 'Boats'));
    const bare = await skein.ask(query.replace('thread { id title }', 'score'));
    assert.equal(extensions?.cost.storageRequests, (bare.extensions?.cost.storageRequests ?? 0) + 1);
  });

  it('a text that was written again is one hit, which counts the others and gives them', async () => {
    const { data } = await skein.ask(`{ searchMessages(query: "thanks", mode: KEYWORD) {
      edges { node { duplicateCount message { content } duplicates { content } } } totalCount } }`);
    const hits = valuesAt(data, 'searchMessages.edges.*.node');
    const best = hits.find((hit) => valueAt(hit, 'duplicateCount') !== 0);
    assert.equal(valueAt(best, 'duplicateCount'), 2);
    const duplicates = valuesAt(best, 'duplicates.*.content').map(String);
    assert.equal(duplicates.length, 2);
    assert(duplicates.every((content) => /^thanks!?$/i.test(content)));
  });

  it('a slip of the finger finds what was meant', async () => {
    const { data } = await skein.ask(
      '{ searchMessages(query: "kajak rentla") { edges { node { highlights { text } } } } }',
    );
    assert.deepEqual(valueAt(data, 'searchMessages.edges.0.node.highlights'), [{ text: 'kayak' }, { text: 'rental' }]);
  });

  it('a thread has related ones, and a message has similar ones, of the viewer’s only', async () => {
    const { data } = await skein.ask(
      `query ($id: ID!) { thread(id: $id) {
        related { edges { cursor node { score thread { id ownerId } hits { message { content } } } } }
        messages(first: 3) { edges { node { id similar(first: 2) { totalCount pageInfo { hasNextPage }
          edges { node { score message { id ownerOf: thread { ownerId } content } } } } } } } } }`,
      { id: boats },
    );
    const related = valuesAt(data, 'thread.related.edges.*.node.thread');
    assert.equal(valueAt(related[0], 'id'), lakes);
    for (const thread of related) {
      assert.notEqual(valueAt(thread, 'id'), boats);
      assert.equal(valueAt(thread, 'ownerId'), 'local');
    }
    const rental = valueAt(data, 'thread.messages.edges.2.node');
    assert.equal(valueAt(rental, 'similar.edges.0.node.message.content'), 'Is the kayak rental at the lake open?');
    for (const similar of valuesAt(rental, 'similar.edges.*.node')) {
      assert.notEqual(valueAt(similar, 'message.id'), valueAt(rental, 'id'));
      assert.equal(valueAt(similar, 'message.ownerOf.ownerId'), 'local');
      const score = Number(valueAt(similar, 'score'));
      assert(score > 0 && score <= 1);
    }
    const analyst = await skein.ask(
      '{ searchMessages(query: "rental", first: 1) { edges { node { message { similar(first: 9) { edges { node { message { content } } } } } } } } }',
      {},
      { user: 'local', roles: 'analyst' },
    );
    const found = valueAt(analyst.data, 'searchMessages.edges.0.node.message.similar');
    assert(valuesAt(found, 'edges.*.node.message.content').some((content) => String(content).includes('of Bob')));
  });

  it('more searches than 51 in one request are refused, however they are asked for', async () => {
    const similar = 'similar(first: 1) { totalCount }';
    const refused = [
      `{ threads(first: 52) { edges { node { related(first: 1) { totalCount } } } } }`,
      `{ searchMessages(query: "x", first: 51) { edges { node { message { ${similar} } } } } }`,
      `{ threads(first: 10) { edges { node { messages(first: 10) { edges { node { ${similar} } } } } } } }`,
      `{ ${Array.from({ length: 52 }, (_, at) => `a${String(at)}: searchMessages(query: "x", first: 1) { totalCount }`).join(' ')} }`,
    ];
    for (const query of refused) {
      const { errors } = await skein.ask(query);
      assert.equal(errors?.[0]?.extensions.code, 'LIMIT_EXCEEDED', query.slice(0, 80));
      assert.match(errors[0].message, /searches/);
    }
    const modest = await skein.ask(
      `{ searchMessages(query: "kayak", first: 10) { edges { node { message { ${similar} } } } } }`,
    );
    assert.equal(modest.errors, undefined);
    const { errors } = await skein.ask('{ threads { edges { node { related(first: 101) { totalCount } } } } }');
    assert.equal(errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
  });
});
