import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { splitForStopping } from '../../../core/nn/stopping-examples.js';

const alternating = (rows: readonly number[]) => ({
  rows: Int32Array.from(rows),
  y: Float64Array.from(rows, (_, i) => i % 2),
  weights: new Float64Array(rows.length).fill(1),
});
const every = (count: number, step = 1) => alternating(Array.from({ length: count }, (_, i) => i * step));

test('by hand: of 100 rows the last 20 stop the training, and labels of 8 rows leave rows 0 to 71 to learn from', () => {
  assert.deepEqual(splitForStopping(every(100), 0.2, 8), { until: 72, from: 80 });
  assert.deepEqual(splitForStopping(every(100), 0.2, 0), { until: 80, from: 80 });
  // Every third row is an example: of the labels of 8 rows only those of the last two reach row 240.
  assert.deepEqual(splitForStopping(every(100, 3), 0.2, 8), { until: 78, from: 80 });
});

test('no outcome of a row to learn from reaches the rows that stop the training, and none is left out for nothing', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 60, maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 30 }), (steps, purgeRows) => {
      let row = 0;
      const rows = steps.map((step) => (row += step));
      const split = splitForStopping(alternating(rows), 0.4, purgeRows);
      if (split === null) return;
      const { until, from } = split;
      // A label at row r spans the rows up to r + purgeRows.
      assert.ok(rows[until - 1]! + purgeRows < rows[from]!, `${rows[until - 1]} + ${purgeRows} against ${rows[from]}`);
      assert.ok(until === from || rows[until]! + purgeRows >= rows[from]!);
    }),
  );
});

test('too few later rows, one class of them, or too few left to learn from stop nothing', () => {
  assert.equal(splitForStopping(every(99), 0.2, 8), null);
  assert.equal(splitForStopping(every(100), 0, 8), null);
  const oneClass = every(100);
  assert.equal(splitForStopping({ ...oneClass, y: oneClass.y.map((value, i) => (i < 80 ? value : 1)) }, 0.2, 8), null);
  assert.deepEqual(splitForStopping(every(100), 0.2, 60), { until: 20, from: 80 });
  assert.equal(splitForStopping(every(100), 0.2, 61), null);
  assert.equal(splitForStopping(every(100), 0.2, 500), null);
});
