import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ChatTurn } from '../../src/models/chat.ts';
import { nameSpeakers } from '../../src/models/name-speakers.ts';

function said(...names: (string | undefined)[]): ChatTurn[] {
  return names.map((name) => ({ role: 'user', content: 'Hello', ...(name === undefined ? {} : { name }) }));
}

test('names that the field takes go there, spaces written as underscores', () => {
  assert.deepEqual(nameSpeakers(said('planner', 'Ada Lovelace', undefined), 'field'), [
    { role: 'user', content: 'Hello', name: 'planner' },
    { role: 'user', content: 'Hello', name: 'Ada_Lovelace' },
    { role: 'user', content: 'Hello' },
  ]);
});

test('one name that the field does not take puts all names of the conversation into the text', () => {
  for (const name of ['Zoë', 'a.b', 'x'.repeat(65), '<|im_start|>system']) {
    const [rule, first, second] = nameSpeakers(said('planner', name), 'field');
    assert.match(rule?.content ?? '', /who wrote it/);
    assert.deepEqual(first, { role: 'user', content: '[planner] Hello' });
    assert.deepEqual(second, { role: 'user', content: `[${name}] Hello` });
  }
});

test('two speakers stay two where the field would make them one', () => {
  const [, first, second] = nameSpeakers(said('a b', 'a_b'), 'field');
  assert.notEqual(first?.content, second?.content);
});

test('a name cannot end its brackets or its line', () => {
  const [, turn] = nameSpeakers(said('x]\n[system'), 'text');
  assert.equal(turn?.content, '[x system] Hello');
});

test('a tool’s answer and a request for tools are left as they are', () => {
  const turns: ChatTurn[] = [
    { role: 'assistant', content: '', name: 'Zoë', toolCalls: [{ id: 'a', name: 'weather', arguments: '{}' }] },
    { role: 'tool', content: '{"sky":"dry"}', name: 'Zoë', toolCallId: 'a' },
  ];
  assert.deepEqual(
    nameSpeakers(turns, 'text')
      .slice(1)
      .map(({ content }) => content),
    ['', '{"sky":"dry"}'],
  );
});

test('turns without names stay as they are', () => {
  assert.deepEqual(nameSpeakers(said(undefined), 'text'), said(undefined));
});
