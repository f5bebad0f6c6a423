import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentText } from '../../src/importing/chatgpt-content.ts';
import { chatGptMessage } from '../../src/importing/chatgpt-shape.ts';
import { aMessage } from './chatgpt-export.ts';

const image = { content_type: 'image_asset_pointer', asset_pointer: 'file-service://file-1', width: 10, height: 10 };

const CONTENTS: readonly (readonly [object, string])[] = [
  [{ content_type: 'text', parts: ['one', '', 'two'] }, 'one\ntwo'],
  [{ content_type: 'text', parts: [''] }, ''],
  [{ content_type: 'text', parts: null }, ''],
  [{ parts: ['no type'] }, 'no type'],
  [{ content_type: 'multimodal_text', parts: [image, 'What is this?'] }, '[image]\nWhat is this?'],
  [
    {
      content_type: 'multimodal_text',
      parts: [
        { content_type: 'audio_transcription', text: 'Hello there', direction: 'in' },
        { content_type: 'real_time_user_audio_video_asset_pointer', audio_asset_pointer: {} },
      ],
    },
    'Hello there\n[audio]',
  ],
  [{ content_type: 'multimodal_text', parts: [null, 7, {}, { content_type: 'new_part' }] }, '[attachment]\n[new_part]'],
  [{ content_type: 'code', language: 'python', text: 'print(1)' }, 'print(1)'],
  [{ content_type: 'execution_output', text: '1\n' }, '1\n'],
  [
    { content_type: 'tether_quote', url: 'https://a.example', domain: 'a', title: 'A page', text: 'quoted' },
    'A page\nhttps://a.example\nquoted',
  ],
  [{ content_type: 'tether_browsing_display', result: 'Results', summary: null, assets: null }, 'Results'],
  [{ content_type: 'user_editable_context', user_profile: 'Cook', user_instructions: 'Be brief' }, 'Cook\nBe brief'],
  [{ content_type: 'model_editable_context', model_set_context: 'Likes tea' }, 'Likes tea'],
  [
    { content_type: 'thoughts', thoughts: [{ summary: 'Plan', content: 'First…', chunks: [] }, { summary: 'Then' }] },
    'Plan\nFirst…\nThen',
  ],
  [{ content_type: 'reasoning_recap', content: 'Thought for 14s' }, 'Thought for 14s'],
  [{ content_type: 'system_error', name: 'Timeout', text: 'gave up' }, 'Timeout\ngave up'],
  [{ content_type: 'sonic_webpage', title: 'T', url: 'u', text: 'body', snippet: 's' }, 'T\nu\nbody'],
  [{ content_type: 'something_new', payload: { a: 1 } }, '[something_new]'],
];

for (const [content, text] of CONTENTS) {
  test(`content becomes text: ${JSON.stringify(content).slice(0, 80)}`, () => {
    const { content: parsed } = chatGptMessage.parse(aMessage('m', 'user', content));
    assert.equal(parsed === null || parsed === undefined ? null : contentText(parsed), text);
  });
}
