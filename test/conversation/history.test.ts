import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseHistory, type History, type MessageCost } from '../../src/conversation/history.ts';
import type { Message } from '../../src/core/thread.ts';
import { aStoredMessage } from '../support/builders.ts';

/** Four tokens a message, and one a word. */
const costOf: MessageCost = ({ content }) => 4 + content.split(' ').length;

const user = (content: string): Partial<Message> => ({ role: 'USER', content });
const assistant = (content: string): Partial<Message> => ({ role: 'ASSISTANT', content });
const asking = (content: string, ...ids: string[]): Partial<Message> => ({
  role: 'ASSISTANT',
  content,
  toolCalls: ids.map((id) => ({ id, name: 'f', arguments: '{}' })),
});
const answer = (toolCallId: string, content: string): Partial<Message> => ({ role: 'TOOL', content, toolCallId });

function chosen(messages: readonly Partial<Message>[], budget = 1_000, agent: string | null = null): History {
  const stored = messages.map((message, at) => aStoredMessage({ seq: at + 1, ...message }));
  return chooseHistory({ thread: { agent }, messages: stored, budget, costOf });
}

const contents = ({ turns }: History) => turns.map(({ content }) => content);

describe('the history a model is shown', () => {
  it('is everything when it fits', () => {
    const history = chosen([user('one'), assistant('two'), user('three')]);
    assert.deepEqual(contents(history), ['one', 'two', 'three']);
    assert.equal(history.leftOut, 0);
  });

  it('is the newest when not all fits, and tells from where on', () => {
    const history = chosen([user('one'), assistant('two'), user('three')], 10);
    assert.deepEqual(contents(history), ['two', 'three']);
    assert.equal(history.leftOut, 1);
    assert.equal(history.from, 2);
  });

  it('has the message to reply to even when that alone is too long', () => {
    assert.deepEqual(contents(chosen([user('one'), user('a very long message indeed')], 1)), [
      'a very long message indeed',
    ]);
  });

  it('never has half a tool exchange', () => {
    const messages = [user('one'), asking('call', 'a', 'b'), answer('a', 'x'), answer('b', 'y'), user('three')];
    for (let budget = 1; budget < 40; budget += 1) {
      const shown = contents(chosen(messages, budget)).filter((content) => ['call', 'x', 'y'].includes(content));
      assert.ok(shown.length === 0 || shown.length === 3, `${shown.join()} at a budget of ${String(budget)}`);
    }
  });

  it('has a tool exchange whole at its end, however long it is', () => {
    const history = chosen([user('one'), asking('', 'a'), answer('a', 'a very long answer')], 1);
    assert.deepEqual(
      history.turns.map(({ role }) => role),
      ['assistant', 'tool'],
    );
  });

  it('has the answers right behind the reply that asked, whatever was said between', () => {
    const history = chosen([asking('call', 'a', 'b'), user('hurry'), answer('b', 'y'), answer('a', 'x'), user('so?')]);
    assert.deepEqual(contents(history), ['call', 'x', 'y', 'hurry', 'so?']);
  });

  it('has one answer a call: the last one given', () => {
    const history = chosen([asking('call', 'a'), answer('a', 'wrong'), answer('a', 'right')]);
    assert.deepEqual(contents(history), ['call', 'right']);
  });

  it('gives an answer to the latest call of its id: some servers count from 0 in every reply', () => {
    const messages = [asking('first', '0'), answer('0', 'x'), asking('second', '0'), answer('0', 'y'), user('so?')];
    assert.deepEqual(contents(chosen(messages)), ['first', 'x', 'second', 'y', 'so?']);
  });

  it('leaves out an answer whose question is not there', () => {
    assert.deepEqual(contents(chosen([answer('a', 'x'), user('so?')])), ['so?']);
  });

  it('has of a tool call that lacks an answer what was said beside it, if anything', () => {
    for (const [said, expected] of [
      ['call', ['one', 'call', 'never mind']],
      ['', ['one', 'never mind']],
    ] as const) {
      const history = chosen([user('one'), asking(said, 'a', 'b'), answer('a', 'x'), user('never mind')]);
      assert.deepEqual(contents(history), expected);
      assert.ok(history.turns.every(({ toolCalls }) => toolCalls === undefined));
    }
  });

  it('has the names of those who spoke, the agent’s for replies that name nobody', () => {
    const history = chosen(
      [{ ...user('one'), author: 'Ada' }, assistant('two'), { ...assistant('three'), author: 'critic' }],
      1_000,
      'planner',
    );
    assert.deepEqual(
      history.turns.map(({ name }) => name),
      ['Ada', 'planner', 'critic'],
    );
  });
});
