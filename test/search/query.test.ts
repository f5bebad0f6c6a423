import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SkeinError, type ErrorCode } from '../../src/core/errors.ts';
import { parseQuery } from '../../src/search/query.ts';

describe('a query', () => {
  test('is read as its words, without those that say nothing', () => {
    const { terms, meaning } = parseQuery('What did we decide about the Refunds?');
    assert.deepEqual(terms, ['decide', 'refunds']);
    assert.equal(meaning, 'What did we decide about the Refunds?');
  });

  test('of nothing but stop words is read as those', () => {
    assert.deepEqual(parseQuery('to be or not to be').terms, ['to', 'be', 'or', 'not']);
  });

  test('has each word once, whatever its forms', () => {
    assert.deepEqual(parseQuery('meeting meetings Meet').terms, ['meeting']);
  });

  test('demands a quoted phrase, and looks for its words', () => {
    for (const quoted of ['"Red kayak"', '“Red kayak”', '„Red kayak“', '"red kayak']) {
      const { phrases, terms, meaning } = parseQuery(`rent a ${quoted}`);
      assert.deepEqual(phrases, [['red', 'kayak']]);
      assert.deepEqual(terms, ['rent', 'red', 'kayak']);
      assert.match(meaning, /^rent a [Rr]ed kayak$/);
    }
  });

  test('keeps stop words inside a phrase', () => {
    assert.deepEqual(parseQuery('"to be"').phrases, [['to', 'be']]);
  });

  test('leaves out a word behind a minus, and only there', () => {
    const { excluded, terms, meaning } = parseQuery('kayak -leak well-known -- 3-4 -');
    assert.deepEqual(excluded, ['leak']);
    assert.deepEqual(terms, ['kayak', 'well', 'known', '3', '4']);
    assert.doesNotMatch(meaning, /leak/);
  });

  test('confines to an author, by a name or a quoted one, and looks for the name, too', () => {
    const { authors, terms, meaning } = parseQuery('author:Tom Author:"Ada Lovelace" kayak');
    assert.deepEqual(authors, [['tom'], ['ada', 'lovelace']]);
    assert.deepEqual(terms, ['kayak', 'tom', 'ada', 'lovelace']);
    assert.equal(meaning, 'kayak');
    assert.deepEqual(parseQuery('the author: Tom').authors, []);
    assert.equal(parseQuery('author:Tom').meaning, 'tom');
  });

  test('of any script has words', () => {
    for (const [text, terms] of [
      ['東京', ['東京']],
      ['где ключи', ['где', 'ключи']],
      ['Grüße', ['grusse']],
      ['🎉', ['🎉']],
    ] as const) {
      assert.deepEqual(parseQuery(text).terms, terms);
    }
  });

  test('of signs alone has no words, but a meaning', () => {
    assert.deepEqual(parseQuery('???').terms, []);
    assert.equal(parseQuery('???').meaning, '???');
  });

  test('that is blank, only excludes, or is too long is refused', () => {
    const refused = (text: string, code: ErrorCode) => {
      assert.throws(
        () => parseQuery(text),
        (error: unknown) => error instanceof SkeinError && error.code === code && error.field === 'query',
        JSON.stringify(text.slice(0, 20)),
      );
    };
    for (const blank of ['', ' ', '\n\t', '\u3000']) refused(blank, 'BAD_USER_INPUT');
    refused('-leak -rust', 'BAD_USER_INPUT');
    refused('k'.repeat(1_001), 'LIMIT_EXCEEDED');
    assert.deepEqual(parseQuery('🎉'.repeat(1_000)).terms, ['🎉']);
  });
});
