import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { featureMatrix } from '../../../core/features/feature-matrix.js';
import type { PruningExamples } from '../../../core/pruning/pruning-examples.js';
import { rankInteractions } from '../../../core/pruning/rank-interactions.js';
import { makeRandom } from '../../../core/stats/random.js';

const means = { library: makeGradientBoosting(), seed: 5, threads: 1, embargoMs: 0 };
const COUNT = 2500;
const ROWS = Int32Array.from({ length: COUNT }, (_, i) => i);

/** Ten columns; the log-odds of the label are `score` of the row. */
function examplesOf(seed: number, score: (row: readonly number[]) => number): PruningExamples {
  const random = makeRandom(seed);
  const columns = Array.from({ length: 10 }, () => Float64Array.from({ length: COUNT }, () => random.normal()));
  const label = Float64Array.from({ length: COUNT }, (_, i) => (random.uniform() < 1 / (1 + Math.exp(-score(columns.map((column) => column[i]!)))) ? 1 : 0));
  const startMs = Float64Array.from(ROWS);
  return { matrix: featureMatrix(columns), names: columns.map((_, j) => `x${j}`), label, startMs, endMs: startMs, weight: new Float64Array(COUNT).fill(1) };
}

test('a planted product ranks first, above two strong columns that only add up (D26)', () => {
  for (const seed of [1, 2]) {
    const { pairs, status, columns } = rankInteractions(
      examplesOf(seed, (x) => 1.2 * x[2]! * x[7]! + x[0]! - x[4]!),
      ROWS,
      means,
    );
    assert.equal(status, 'ranked');
    assert.equal(pairs.length, (columns.length * (columns.length - 1)) / 2);
    assert.deepEqual([pairs[0]!.first, pairs[0]!.second].sort(), ['x2', 'x7']);
    assert.ok(pairs[0]!.strength > 1.4 * pairs[1]!.strength, `${pairs[0]!.strength} against ${pairs[1]!.strength}`);
    const added = pairs.find(({ first, second }) => [first, second].sort().join() === 'x0,x4')!;
    assert.ok(pairs[0]!.h! > 3 * added.h!, `H ${pairs[0]!.h} against ${added.h}`);
  }
});

test('a product of columns that say nothing alone ranks first', () => {
  const { pairs } = rankInteractions(
    examplesOf(4, (x) => 2 * Math.sign(x[1]! * x[3]!)),
    ROWS,
    means,
  );
  assert.deepEqual([pairs[0]!.first, pairs[0]!.second].sort(), ['x1', 'x3']);
  assert.ok(pairs[0]!.h! > 0.8 && pairs[0]!.h! < 1.1);
});

test('rows that are not given change nothing, and the seed fixes the ranking', () => {
  const examples = examplesOf(5, (x) => x[2]! * x[7]!);
  const rows = ROWS.subarray(0, 1000);
  const before = rankInteractions(examples, rows, means);
  const changed = {
    ...examples,
    label: examples.label.map((value, i) => (i < 1000 ? value : 1 - value)),
    matrix: { ...examples.matrix, values: examples.matrix.values.map((value, k) => (k < 10_000 ? value : -value)) },
  };
  assert.deepEqual(rankInteractions(changed, rows, means), before);
});

test('too few rows, one class or one column rank nothing and say why', () => {
  const examples = examplesOf(6, (x) => x[0]!);
  assert.match(rankInteractions(examples, ROWS.subarray(0, 50), means).reason, /50 labelled rows, fewer than 150/);
  assert.match(rankInteractions({ ...examples, label: examples.label.map(() => 0) }, ROWS, means).reason, /one class/);
  const single = { ...examples, matrix: featureMatrix([examples.startMs]), names: ['x0'] };
  assert.deepEqual(rankInteractions(single, ROWS, means).pairs, []);
});
