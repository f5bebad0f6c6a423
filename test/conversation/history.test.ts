import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseHistory } from '../../src/conversation/history.ts';
import type { Message, Role } from '../../src/core/thread.ts';
import { aStoredMessage } from '../support/builders.ts';

const words = (text: string) => text.split(' ').length;

function conversation(...turns: [Role, string][]): Message[] {
  return turns.map(([role, content], at) =>
    aStoredMessage({
      seq: at + 1,
      role,
      content,
      toolCalls: role === 'ASSISTANT' && content === 'call' ? [{ id: 'c1', name: 'f', arguments: '{}' }] : [],
      toolCallId: role === 'TOOL' ? 'c1' : null,
    }),
  );
}

const contents = (chosen: ReturnType<typeof chooseHistory>) => chosen.turns.map(({ content }) => content);

describe('the history a model is shown', () => {
  it('is everything when it fits', () => {
    const messages = conversation(['USER', 'one'], ['ASSISTANT', 'two'], ['USER', 'three']);
    const chosen = chooseHistory({
      thread: { instructions: 'be kind', agent: null },
      messages,
      budget: 1_000,
      countTokens: words,
    });
    assert.deepEqual(contents(chosen), ['be kind', 'one', 'two', 'three']);
    assert.equal(chosen.leftOut, 0);
  });

  it('has the instructions always, and the newest first', () => {
    const messages = conversation(['USER', 'one'], ['ASSISTANT', 'two'], ['USER', 'three']);
    const chosen = chooseHistory({
      thread: { instructions: 'be kind', agent: null },
      messages,
      budget: 16,
      countTokens: words,
    });
    assert.deepEqual(contents(chosen), ['be kind', 'two', 'three']);
    assert.equal(chosen.leftOut, 1);
  });

  it('has the message to reply to even when that alone is too long', () => {
    const messages = conversation(['USER', 'one'], ['USER', 'a very long message indeed']);
    const chosen = chooseHistory({
      thread: { instructions: null, agent: null },
      messages,
      budget: 1,
      countTokens: words,
    });
    assert.deepEqual(contents(chosen), ['a very long message indeed']);
  });

  it('never has half a tool exchange', () => {
    const messages = conversation(['USER', 'one'], ['ASSISTANT', 'call'], ['TOOL', 'result'], ['USER', 'three']);
    for (let budget = 1; budget < 40; budget += 1) {
      const shown = contents(
        chooseHistory({ thread: { instructions: null, agent: null }, messages, budget, countTokens: words }),
      );
      assert.equal(shown.includes('call'), shown.includes('result'), `at a budget of ${String(budget)}`);
    }
  });

  it('shows a tool call that has no answer as what was said beside it, if anything', () => {
    const messages = conversation(['USER', 'one'], ['ASSISTANT', 'call'], ['USER', 'never mind']);
    const chosen = chooseHistory({
      thread: { instructions: null, agent: null },
      messages,
      budget: 1_000,
      countTokens: words,
    });
    assert.deepEqual(contents(chosen), ['one', 'call', 'never mind']);
    assert.ok(chosen.turns.every(({ toolCalls }) => toolCalls === undefined));
  });

  it('has the names of those who spoke, the agent’s for its replies', () => {
    const messages = conversation(['USER', 'one'], ['ASSISTANT', 'two']).map((message, at) =>
      at === 0 ? { ...message, author: 'Ada' } : message,
    );
    const chosen = chooseHistory({
      thread: { instructions: null, agent: 'planner' },
      messages,
      budget: 1_000,
      countTokens: words,
    });
    assert.deepEqual(
      chosen.turns.map(({ name }) => name),
      ['Ada', 'planner'],
    );
  });
});
