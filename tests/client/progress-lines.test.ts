import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import { pendingProgress } from '../../client/pending-activities.js';
import { makeProgressPrinter, makeRateTracker } from '../../client/progress-lines.js';
import { durationText } from '../../client/text-table.js';
import { runStatus, snapshotOf, stepResult } from './run-fixtures.js';

test('10 % in 30 s is 20 % a minute, and 90 % left take 270 s', () => {
  const tracker = makeRateTracker();
  assert.deepEqual(tracker.add(0, 1000), { percentPerMinute: null, secondsLeft: null });
  const { percentPerMinute, secondsLeft } = tracker.add(0.1, 31_000);
  assert.ok(Math.abs((percentPerMinute ?? 0) - 20) < 1e-9);
  assert.ok(Math.abs((secondsLeft ?? 0) - 270) < 1e-9);
});

test('a fraction that falls starts the rate anew', () => {
  const tracker = makeRateTracker();
  tracker.add(0.5, 0);
  assert.deepEqual(tracker.add(0.1, 1000), { percentPerMinute: null, secondsLeft: null });
});

test('durations read as people say them', () => {
  assert.deepEqual([0.25, 12.34, 245, 7800].map(durationText), ['250 ms', '12.3 s', '4 min 05 s', '2 h 10 min']);
});

test('each finished step is printed once, a cached one as such', () => {
  let text = '';
  const printer = makeProgressPrinter((part) => {
    text += part;
  }, false);
  const status = runStatus(2, 'Running');
  const cached = { ...status, steps: status.steps.map((step, i) => (i === 1 ? { ...step, result: stepResult(step.id, { cached: true }) } : step)) };
  printer.show(snapshotOf(cached));
  printer.show(snapshotOf(cached, { atMs: 500 }));
  assert.equal(text, '[ 1/16] data-collection: done in 1.3 s, 12,345 rows in, 7 out\n[ 2/16] market-regime-classification: cached, 12,345 rows in, 7 out\n');
});

test('a running step shows its fraction, rate and time left on a terminal', () => {
  let text = '';
  const printer = makeProgressPrinter((part) => {
    text += part;
  }, true);
  const status = runStatus(4, 'Running', { state: 'running', attempt: 1 });
  const at = (fraction: number, atMs: number): void =>
    printer.show(
      snapshotOf(status, {
        atMs,
        activities: [{ step: 'analyst-specialist-training', unit: null, fraction, message: 'fold 2', attempt: 1, lastFailure: null }],
      }),
    );
  at(0.2, 0);
  at(0.4, 60_000);
  assert.match(text, /4 of 16 done; analyst-specialist-training 40 %, 20 %\/min, 3 min 00 s left \(fold 2\)/);
});

test("progress is read from a pending activity's heartbeat; another shape counts as none", () => {
  const payload = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value) ?? {}] });
  const [first, second, third] = pendingProgress([
    {
      activityId: 'analyst-enhancement#2/BULL',
      attempt: 3,
      heartbeatDetails: payload({ fraction: 0.25, message: 'trial 4' }),
      lastFailure: { message: 'child died' },
    },
    { activityId: 'saving#1', attempt: 1, heartbeatDetails: payload('x') },
    { activityId: '1', activityType: { name: 'resolvePlan' }, attempt: 1 },
  ]);
  assert.deepEqual(first, { step: 'analyst-enhancement', unit: 'BULL', fraction: 0.25, message: 'trial 4', attempt: 3, lastFailure: 'child died' });
  assert.deepEqual(second, { step: 'saving', unit: null, fraction: null, message: '', attempt: 1, lastFailure: null });
  assert.equal(third?.step, 'resolvePlan');
});
