import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computeFeatures, featuresAtRows } from '../../../core/features/compute-features.js';
import { featureBars, featureContext } from '../../support/feature-bars.js';

const bars = featureBars(1500, 5, 60_000);
const context = featureContext(bars);

test('features at some rows are the columns of all rows taken there, in the order of the rows', () => {
  const whole = computeFeatures(bars, context, 'all');
  const rows = Int32Array.of(1499, 0, 700, 700);
  const some = featuresAtRows(bars, context, { set: 'all', rows });
  assert.deepEqual(some.names, whole.names);
  assert.deepEqual(
    some.columns,
    whole.columns.map((column) => Float64Array.from(rows, (row) => column[row]!)),
  );
  assert.ok(featuresAtRows(bars, context, { set: 'minimal', rows: new Int32Array(0) }).columns.every((column) => column.length === 0));
});

test('regimes of another number of bars are refused', () => {
  const short = { ...context, regimes: context.regimes!.subarray(4) };
  assert.throws(() => featuresAtRows(bars, short, { set: 'minimal', rows: Int32Array.of(0) }), /regimes of 1500 bars x 4, found 5996/);
});
