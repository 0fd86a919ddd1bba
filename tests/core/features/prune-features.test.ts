import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureMatrix } from '../../../core/features/feature-matrix.js';
import { keptFeatures, pruneFeatures } from '../../../core/features/prune-features.js';
import { makeRandom } from '../../../core/stats/random.js';

const random = makeRandom(9);
const noise = (): Float64Array => Float64Array.from({ length: 200 }, () => random.normal());
const first = noise();
const other = noise();
const COLUMNS = {
  first,
  other,
  constant: new Float64Array(200).fill(3.3),
  unknown: new Float64Array(200).fill(Number.NaN),
  mirrored: first.map((value) => 5 - 2 * value),
  nearly: first.map((value, t) => value + 0.5 * other[t]!),
  gappy: other.map((value, t) => (t % 3 === 0 ? Number.NaN : value)),
};
const names = Object.keys(COLUMNS);
const ALL = Int32Array.from({ length: 200 }, (_, t) => t);

test('constant and empty columns go for variance, nearly equal ones for correlation, the rest stay', () => {
  const decisions = pruneFeatures(featureMatrix(Object.values(COLUMNS)), names, { rows: ALL });
  assert.deepEqual(
    decisions.map(({ feature, stage }) => [feature, stage]),
    [
      ['first', 'kept'],
      ['other', 'kept'],
      ['constant', 'variance'],
      ['unknown', 'variance'],
      ['mirrored', 'correlation'],
      ['nearly', 'kept'],
      ['gappy', 'correlation'],
    ],
  );
  assert.deepEqual(keptFeatures(decisions), ['first', 'other', 'nearly']);
  assert.match(decisions[4]!.reason, /-1\.0000 with first/);
  assert.ok(Math.abs(decisions[4]!.statistic - 1) < 1e-9);
});

test('the statistic of a kept column is its largest absolute correlation with a kept column before it', () => {
  const [, , , , , nearly] = pruneFeatures(featureMatrix(Object.values(COLUMNS)), names, { rows: ALL });
  const mean = (values: Float64Array): number => values.reduce((a, b) => a + b) / values.length;
  const covariance = (a: Float64Array, b: Float64Array): number => mean(a.map((value, t) => (value - mean(a)) * (b[t]! - mean(b))));
  const { nearly: column } = COLUMNS;
  const expected = covariance(first, column) / Math.sqrt(covariance(first, first) * covariance(column, column));
  assert.ok(Math.abs(nearly!.statistic - expected) < 1e-12);
});

test('rows that are not given change no decision (M3.1.9)', () => {
  const rows = ALL.subarray(0, 120);
  const before = pruneFeatures(featureMatrix(Object.values(COLUMNS)), names, { rows });
  const garbled = Object.values(COLUMNS).map((column) => column.map((value, t) => (t < 120 ? value : 1e9 * Math.sin(t))));
  assert.deepEqual(pruneFeatures(featureMatrix(garbled), names, { rows }), before);
});

test('names of another number than the columns are refused', () => {
  assert.throws(() => pruneFeatures(featureMatrix([first]), [], { rows: ALL }), RangeError);
});

test('columns of differing length make no matrix', () => {
  assert.throws(() => featureMatrix([new Float64Array(3), new Float64Array(2)]), RangeError);
});
