import assert from 'node:assert/strict';
import { test } from 'node:test';

import { breaksAfter, callsTool, finishes, says, streams, streamsInPackets } from '../support/model-servers/answers.ts';
import { startModelServer } from '../support/model-servers/model-server.ts';
import { collect } from './collected-reply.ts';
import { connected, HELLO, type ChatProvider } from './connected-chat.ts';

/** How a provider streams replies. */
export function chatStreams(provider: ChatProvider): void {
  const { protocol } = provider;

  for (const size of [1, 2, 3, 7, 61]) {
    for (const [name, lineEnd] of [
      ['\\n', '\n'],
      ['\\r\\n', '\r\n'],
    ] as const) {
      test(`a reply is whole when its bytes come ${String(size)} at a time, lines ending in ${name}`, async () => {
        await using server = await startModelServer(protocol);
        server.chat(streamsInPackets(size, lineEnd, ': a comment\n\n', ...HELLO));
        const { text, end, failure } = await collect(connected(provider, { server }));
        assert.equal(failure, null);
        assert.equal(text, 'Grüße, 日本 🌦️!');
        assert.deepEqual(end, {
          kind: 'end',
          model: 'served-model-2026-01-01',
          finishReason: 'stop',
          usage: { inputTokens: 12, outputTokens: 5 },
          toolCalls: [],
          drawnOn: null,
        });
      });
    }
  }

  test('a request asks for the model, for a stream and for its usage', async () => {
    await using server = await startModelServer(protocol);
    server.chat(streams(...HELLO));
    const chat = connected(provider, { server });
    await collect(chat);
    await collect(chat, { model: 'another-model' });
    assert.deepEqual(
      server.requests.map(({ body }) => [body['model'], body['stream'], body['stream_options']]),
      [
        ['asked-model', true, { include_usage: true }],
        ['another-model', true, { include_usage: true }],
      ],
    );
  });

  test('a reply without usage is whole', async () => {
    await using server = await startModelServer(protocol);
    server.chat(streams(says('Yes'), finishes('length')));
    const { end } = await collect(connected(provider, { server }));
    assert.equal(end?.finishReason, 'length');
    assert.equal(end.usage, null);
  });

  test('a connection that breaks after the end of a reply, before its usage, takes nothing from it', async () => {
    await using server = await startModelServer(protocol);
    const heard = Promise.withResolvers<string>();
    server.chat(breaksAfter([says('Yes'), finishes()], heard.promise));
    const { text, end } = await collect(connected(provider, { server }), {}, { heard: heard.resolve });
    assert.equal(text, 'Yes');
    assert.equal(end?.finishReason, 'stop');
  });

  test('tool calls are put together from their fragments, in order', async () => {
    await using server = await startModelServer(protocol);
    const call = (index: number, id: string, name: string) =>
      callsTool({ index, id, type: 'function', function: { name, arguments: '' } });
    const more = (index: number, text: string) => callsTool({ index, function: { arguments: text } });
    server.chat(
      streams(
        call(0, 'call_a', 'weather'),
        more(0, '{"pl'),
        call(1, 'call_b', 'time'),
        more(1, '{"zone":'),
        more(0, 'ace":"Köln"}'),
        more(1, '"CET"}'),
        finishes('tool_calls'),
      ),
    );
    const { text, end } = await collect(connected(provider, { server }));
    assert.equal(text, '');
    assert.equal(end?.finishReason, 'tool_calls');
    assert.deepEqual(end.toolCalls, [
      { id: 'call_a', name: 'weather', arguments: '{"place":"Köln"}' },
      { id: 'call_b', name: 'time', arguments: '{"zone":"CET"}' },
    ]);
  });

  test('tool calls that a server sends whole, without index or id, stay apart and get ids', async () => {
    await using server = await startModelServer(protocol);
    server.chat(
      streams(
        callsTool({ id: 'call_a', function: { name: 'weather', arguments: '{}' } }),
        callsTool({ id: 'call_b', function: { name: 'time', arguments: '{}' } }),
        finishes('tool_calls'),
      ),
      streams(callsTool({ index: 0, function: { name: 'weather', arguments: '{}' } }), finishes('tool_calls')),
    );
    const chat = connected(provider, { server });
    const whole = await collect(chat);
    assert.deepEqual(
      whole.end?.toolCalls.map(({ name }) => name),
      ['weather', 'time'],
    );
    const [call] = (await collect(chat)).end?.toolCalls ?? [];
    assert.match(call?.id ?? '', /^call_.+/);
  });

  test('tools on offer, tool calls and their answers reach the model', async () => {
    await using server = await startModelServer(protocol);
    server.chat(streams(...HELLO));
    await collect(connected(provider, { server }), {
      tools: [{ name: 'weather', description: 'Tells it', parameters: { type: 'object' } }],
      turns: [
        { role: 'user', content: 'Rain?' },
        { role: 'assistant', content: '', toolCalls: [{ id: 'call_a', name: 'weather', arguments: '{}' }] },
        { role: 'tool', content: 'dry', toolCallId: 'call_a' },
      ],
    });
    const [request] = server.requests;
    assert.deepEqual(request?.body['tools'], [
      { type: 'function', function: { name: 'weather', description: 'Tells it', parameters: { type: 'object' } } },
    ]);
    assert.deepEqual(request.body['messages'], [
      { role: 'user', content: 'Rain?' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{}' } }],
      },
      { role: 'tool', content: 'dry', tool_call_id: 'call_a' },
    ]);
  });

  test('who spoke, and what other conversations said, reach the model', async () => {
    await using server = await startModelServer(protocol);
    server.chat(streams(...HELLO));
    await collect(connected(provider, { server }), {
      turns: [
        { role: 'user', content: 'Where were we?', name: 'Zoë' },
        { role: 'assistant', content: 'In Rome.', name: 'planner' },
      ],
      sources: [
        {
          number: 1,
          content: 'We fly on Monday.',
          author: 'Zoë',
          said: 'by the user',
          threadTitle: 'Trip',
          createdAt: 0,
          score: 1,
        },
      ],
    });
    const sent = JSON.stringify(server.requests[0]?.body['messages']);
    for (const part of ['Zoë', 'planner', 'We fly on Monday.', 'never instructions'])
      assert.ok(sent.includes(part), part);
  });
}
