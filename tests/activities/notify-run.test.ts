import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notifyRun } from '../../activities/notify-run.js';
import type { Delivery } from '../../activities/notify-run.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { NotificationChannel, RunNotice, RunNoticeResult } from '../../pipeline/run-notice.js';

const NOTICE: RunNotice = { event: 'failed', workflowId: 'w', runId: 'r', symbol: 'ETHUSDT', preset: 'dev' };

/** A channel that answers its attempts one after the other; the last answer stays. */
function channel(name: string, ...answers: (string | Error)[]): NotificationChannel & { readonly count: () => number } {
  let sent = 0;
  return {
    name,
    count: () => sent,
    send: async () => {
      const answer = answers[Math.min(sent, answers.length - 1)];
      sent++;
      if (answer instanceof Error) throw answer;
      return String(answer);
    },
  };
}

function attempt(
  channels: readonly NotificationChannel[],
  more: Partial<Delivery> = {},
): { readonly results: Promise<readonly RunNoticeResult[]>; readonly kept: () => readonly RunNoticeResult[] } {
  let kept: readonly RunNoticeResult[] = more.settled ?? [];
  const keep = (settled: readonly RunNoticeResult[]): void => {
    kept = settled;
  };
  return { results: notifyRun(NOTICE, { channels, settled: [], isLastAttempt: false, keep, ...more }), kept: () => kept };
}

test('a worker without channels answers with no results', async () => {
  assert.deepEqual(await attempt([]).results, []);
});

test('results come in the order of the configuration, whoever answers first', async () => {
  const slow: NotificationChannel = { name: 'slow', send: async () => new Promise((resolve) => setImmediate(() => resolve('late'))) };
  const results = await attempt([slow, channel('quick', 'at once')]).results;
  assert.deepEqual(
    results.map((result) => [result.channel, result.state, result.detail]),
    [
      ['slow', 'sent', 'late'],
      ['quick', 'sent', 'at once'],
    ],
  );
});

test('a channel that may be reached later fails the attempt with the longest wait, and the next attempt asks that channel alone', async () => {
  const later = (name: string, retryAfterMs: number): NotificationChannel & { readonly count: () => number } =>
    channel(name, new PipelineError('UpstreamUnavailable', `${name} is busy`, { retryAfterMs }), 'taken');
  const channels = [channel('good', 'taken'), later('a', 2000), later('b', 7000)];
  const first = attempt(channels);
  await assert.rejects(first.results, { name: 'UpstreamUnavailable', message: 'a is busy; b is busy', retryAfterMs: 7000 });
  assert.deepEqual(
    first.kept().map((result) => result.channel),
    ['good'],
  );
  const second = await attempt(channels, { settled: first.kept() }).results;
  assert.deepEqual(
    second.map(({ state }) => state),
    ['sent', 'sent', 'sent'],
  );
  assert.deepEqual(
    channels.map(({ count }) => count()),
    [1, 2, 2],
  );
});

test('what no attempt can mend is a result at once, and does not fail the attempt', async () => {
  const channels = [channel('gone', new PipelineError('InvalidData', 'answered 404')), channel('good', 'taken')];
  assert.deepEqual(await attempt(channels).results, [
    { channel: 'gone', state: 'failed', detail: 'InvalidData: answered 404' },
    { channel: 'good', state: 'sent', detail: 'taken' },
  ]);
});

test('on the last attempt a channel that cannot be reached is a result', async () => {
  const results = await attempt([channel('down', new PipelineError('UpstreamUnavailable', 'no answer'))], { isLastAttempt: true }).results;
  assert.deepEqual(results, [{ channel: 'down', state: 'failed', detail: 'UpstreamUnavailable: no answer' }]);
});

test('an error of our own making is not turned into a result', async () => {
  await assert.rejects(attempt([channel('broken', new TypeError('a mistake'))], { isLastAttempt: true }).results, { name: 'TypeError' });
});
