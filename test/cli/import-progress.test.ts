import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgress } from '../../src/cli/progress.ts';
import { printed } from './printed.ts';

test('a terminal shows one bar that redraws itself, and lines above it', () => {
  let now = 0;
  const out = printed({ isTTY: true, columns: 80 });
  const progress = startProgress(out, () => now);
  progress.stage('Checking', 4096, 'bytes');
  progress.reached(1024);
  now += 1_000;
  progress.reached(2048);
  progress.line('line 3: is not JSON');
  progress.end();
  assert.deepEqual(out.text().split(/(?=\r)|(?<=\n)/), [
    'Checking [------------------------] 0% (0 bytes of 4.0 KB)',
    '\r\x1b[KChecking [############------------] 50% (2.0 KB of 4.0 KB)',
    '\r\x1b[Kline 3: is not JSON\n',
    'Checking [############------------] 50% (2.0 KB of 4.0 KB)',
    '\r\x1b[KChecking [############------------] 50% (2.0 KB of 4.0 KB)\n',
  ]);
});

test('a bar tells how long the rest will take, and fits a narrow terminal', () => {
  let now = 0;
  const out = printed({ isTTY: true, columns: 120 });
  const progress = startProgress(out, () => now);
  progress.stage('Storing', 40_000, 'messages');
  now = 10_000;
  progress.reached(10_000);
  assert.match(out.text(), /25% \(10,000 of 40,000 messages\), 30 s left$/);
  now = 40_000;
  progress.reached(11_000);
  assert.match(out.text(), /, 2 min left$/);

  const narrow = printed({ isTTY: true, columns: 40 });
  startProgress(narrow, () => 0).stage('Storing', 40_000, 'messages');
  assert.equal(narrow.text(), 'Storing [------------------------] 0% (0 of 40,000 messages)'.slice(0, 39));
});

test('elsewhere every tenth is a plain line', () => {
  const out = printed();
  const progress = startProgress(out, () => 0);
  progress.stage('Storing', 1_000, 'messages');
  for (let done = 1; done <= 350; done += 1) progress.reached(done);
  progress.line('line 3: is not JSON');
  progress.end();
  assert.deepEqual(out.text().split('\n'), [
    'Storing: 10% (100 of 1,000 messages)',
    'Storing: 20% (200 of 1,000 messages)',
    'Storing: 30% (300 of 1,000 messages)',
    'line 3: is not JSON',
    '',
  ]);
});

test('a stage without anything to do is done', () => {
  const out = printed({ isTTY: true, columns: 80 });
  startProgress(out, () => 0).stage('Storing', 0, 'messages');
  assert.equal(out.text(), 'Storing [########################] 100% (0 of 0 messages)');
});
