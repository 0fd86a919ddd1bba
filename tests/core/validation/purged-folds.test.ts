import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planPurgedFolds } from '../../../core/validation/purged-folds.js';

const DAY_MS = 86_400_000;

function daily(rows: number, holdDays: number): { startMs: Float64Array; endMs: Float64Array } {
  const startMs = Float64Array.from({ length: rows }, (_, i) => i * DAY_MS);
  return { startMs, endMs: startMs.map((start) => start + holdDays * DAY_MS) };
}

test('100 daily rows of 5-day labels in 5 folds keep 76, 72, 72, 72, 76 train rows (M3.1.6, half-open)', () => {
  const folds = planPurgedFolds({ ...daily(100, 5), folds: 5, embargoMs: 0 });
  assert.deepEqual(
    folds.map((fold) => fold.train.length),
    [76, 72, 72, 72, 76],
  );
});

test('a 2-day embargo from the last test outcome leaves 73, 69, 69, 69, 76 (M3.1.6)', () => {
  const folds = planPurgedFolds({ ...daily(100, 5), folds: 5, embargoMs: 2 * DAY_MS });
  assert.deepEqual(
    folds.map((fold) => fold.train.length),
    [73, 69, 69, 69, 76],
  );
});

test('six rows by hand: rows whose span reaches into the test span are purged, touching ends are not', () => {
  // Spans [0,2) [1,3) [2,4) [3,5) [4,6) [5,7); three folds of two rows.
  const startMs = Float64Array.from([0, 1, 2, 3, 4, 5]);
  const folds = planPurgedFolds({ startMs, endMs: startMs.map((start) => start + 2), folds: 3, embargoMs: 0 });
  assert.deepEqual(
    folds.map(({ train, test: left }) => [Array.from(train), Array.from(left)]),
    [
      [
        [3, 4, 5],
        [0, 1],
      ],
      [
        [0, 5],
        [2, 3],
      ],
      [
        [0, 1, 2],
        [4, 5],
      ],
    ],
  );
});

test('seven rows in three folds: the first fold is the larger', () => {
  assert.deepEqual(
    planPurgedFolds({ ...daily(7, 1), folds: 3, embargoMs: 0 }).map((fold) => fold.test.length),
    [3, 2, 2],
  );
});

test('every row is left out once, and no train span overlaps its test span or starts in the embargo', () => {
  const rows = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 5 }), hold: fc.integer({ min: 1, max: 30 }) }), { minLength: 6, maxLength: 80 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 2, max: 6 }), fc.integer({ min: 0, max: 10 }), (steps, folds, embargoMs) => {
      let time = 0;
      const startMs = Float64Array.from(steps, ({ gap }) => (time += gap));
      const endMs = startMs.map((start, i) => start + steps[i]!.hold);
      const plans = planPurgedFolds({ startMs, endMs, folds, embargoMs });
      assert.deepEqual(
        plans.flatMap((plan) => Array.from(plan.test)),
        steps.map((_, i) => i),
      );
      for (const { train, test: left } of plans) {
        const from = startMs[left[0]!]!;
        const to = Math.max(...Array.from(left, (row) => endMs[row]!));
        for (const row of train) {
          assert.ok(!left.includes(row));
          assert.ok(endMs[row]! <= from || startMs[row]! >= to + embargoMs);
        }
      }
    }),
  );
});

test('times out of order, missing ends and impossible fold counts are refused by name', () => {
  const { startMs, endMs } = daily(10, 2);
  const plan = { startMs, endMs, folds: 2, embargoMs: 0 };
  assert.throws(() => planPurgedFolds({ ...plan, startMs: startMs.toReversed() }), /row 0 to end at or after its start/);
  assert.throws(() => planPurgedFolds({ ...plan, endMs: endMs.map((end, i) => (i === 3 ? Number.NaN : end)) }), /row 3/);
  assert.throws(() => planPurgedFolds({ ...plan, folds: 11 }), /from 2 to the number of rows \(10\), found 11/);
  assert.throws(() => planPurgedFolds({ ...plan, embargoMs: -1 }), /embargoMs/);
});
