import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allCoalitions, drawCoalitions } from '../../../core/explanations/coalitions.js';
import { explainByKernel } from '../../../core/explanations/kernel-shap.js';
import { permutationImportance } from '../../../core/explanations/permutation-importance.js';
import { linearFamily } from '../../../core/models/linear.js';
import type { Matrix } from '../../../core/models/model.js';
import { makeRandom } from '../../../core/stats/random.js';

type Rule = (row: Float64Array) => number;

/** A model of one row, said as a rule. */
const modelOf = (rule: Rule) => ({
  predictProba: ({ columnCount, values }: Matrix, rows: Int32Array) =>
    Float64Array.from(rows, (row) => rule(values.subarray(row * columnCount, (row + 1) * columnCount))),
});

function normals(seed: number, rowCount: number, columnCount: number): Matrix {
  const random = makeRandom(seed);
  return { rowCount, columnCount, values: Float64Array.from({ length: rowCount * columnCount }, () => random.normal()) };
}

/** A small tree: interactions of three columns, the fourth unused. */
const tree: Rule = ([a, b, c]) => (a! > 0 ? (b! > 0.5 ? 0.9 : 0.6) : c! > -0.3 ? 0.35 : b! > 0 ? 0.2 : 0.1);

/** The definition: over all orders of the columns, what a column adds when it becomes known (Shapley 1953). */
function bruteForce(rule: Rule, features: Matrix, task: { row: number; background: Int32Array }): number[] {
  const width = features.columnCount;
  const at = (row: number): Float64Array => features.values.subarray(row * width, (row + 1) * width);
  const value = (known: ReadonlySet<number>): number => {
    let sum = 0;
    for (const other of task.background) sum += rule(Float64Array.from(at(other), (v, j) => (known.has(j) ? at(task.row)[j]! : v)));
    return sum / task.background.length;
  };
  const out = new Array<number>(width).fill(0);
  const orders = permutations(Array.from({ length: width }, (_, j) => j));
  for (const order of orders) {
    const known = new Set<number>();
    for (const j of order) {
      const before = value(known);
      known.add(j);
      out[j]! += (value(known) - before) / orders.length;
    }
  }
  return out;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));
}

test('on a small tree the contributions equal those of brute force over all orders of the columns, and add up', () => {
  const features = normals(1, 40, 4);
  const background = Int32Array.from({ length: 12 }, (_, i) => i);
  const rows = Int32Array.of(20, 25, 33);
  const { base, contributions } = explainByKernel(modelOf(tree), { features, rows }, { background, scale: 'probability', seed: 1 });
  rows.forEach((row, i) => {
    const own = contributions.subarray(i * 4, (i + 1) * 4);
    const expected = bruteForce(tree, features, { row, background });
    own.forEach((value, j) => assert.ok(Math.abs(value - expected[j]!) < 1e-12, `${value} instead of ${expected[j]} of column ${j}`));
    const p = tree(features.values.subarray(row * 4, row * 4 + 4));
    assert.ok(Math.abs(base + own.reduce((sum, value) => sum + value, 0) - p) < 1e-12);
  });
});

test('by hand: p = a b with background (0, 0) and row (0.8, 0.5) gives each 0.2; equal roles share equally', () => {
  const features = { rowCount: 2, columnCount: 2, values: Float64Array.of(0, 0, 0.8, 0.5) };
  const model = modelOf(([a, b]) => a! * b!);
  const { base, contributions } = explainByKernel(model, { features, rows: Int32Array.of(1) }, { background: Int32Array.of(0), scale: 'probability', seed: 1 });
  assert.equal(base, 0);
  contributions.forEach((value) => assert.ok(Math.abs(value - 0.2) < 1e-15));
});

test('drawn coalitions of a linear model give its exact contributions, of a wide tree they add up and lie near the exact ones', async () => {
  const features = normals(2, 120, 14);
  const rows = Int32Array.from({ length: 120 }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => Number(features.values[row * 14]! + 0.3 * features.values[row * 14 + 5]! > 0));
  const featureNames = Array.from({ length: 14 }, (_, j) => `f${j}`);
  const model = await linearFamily.fit({ features, featureNames, rows, y, weights: new Float64Array(120).fill(1) }, { seed: 1, threads: 1, parameters: {} });
  const options = { background: rows, scale: 'log-odds', seed: 4, draws: 60 } as const;
  const drawn = explainByKernel(model, { features, rows: Int32Array.of(7) }, options);
  const exact = model.explain!(features, Int32Array.of(7))!;
  assert.ok(Math.abs(drawn.base - exact.base) < 1e-9);
  drawn.contributions.forEach((value, j) => assert.ok(Math.abs(value - exact.contributions[j]!) < 1e-9, `${value} instead of ${exact.contributions[j]}`));

  const background = rows.subarray(0, 20);
  const near = explainByKernel(modelOf(tree), { features, rows: Int32Array.of(30) }, { background, scale: 'probability', seed: 5, draws: 2000 });
  const narrow = { rowCount: 120, columnCount: 3, values: Float64Array.from({ length: 360 }, (_, k) => features.values[Math.floor(k / 3) * 14 + (k % 3)]!) };
  const expected = bruteForce(tree, narrow, { row: 30, background });
  near.contributions.forEach((value, j) => assert.ok(Math.abs(value - (expected[j] ?? 0)) < 0.02, `${value} of column ${j}, exactly ${expected[j] ?? 0}`));
  const sum = near.contributions.reduce((total, value) => total + value, near.base);
  assert.ok(Math.abs(sum - tree(features.values.subarray(30 * 14, 31 * 14))) < 1e-12);
});

test('a model that looks back is explained over its history: a column known only by its past has the whole credit', () => {
  const features = normals(3, 30, 3);
  // The probability is the logistic of column 1 two rows ago.
  const model = { predictProba: ({ values }: Matrix, rows: Int32Array) => Float64Array.from(rows, (row) => 1 / (1 + Math.exp(-values[(row - 2) * 3 + 1]!))) };
  const options = { background: Int32Array.of(4, 9, 15), scale: 'log-odds', seed: 1, historyRows: 2 } as const;
  const { contributions } = explainByKernel(model, { features, rows: Int32Array.of(25) }, options);
  const mean = [4, 9, 15].reduce((sum, row) => sum + features.values[(row - 2) * 3 + 1]! / 3, 0);
  assert.ok(Math.abs(contributions[1]! - (features.values[23 * 3 + 1]! - mean)) < 1e-12);
  assert.ok(Math.abs(contributions[0]!) < 1e-12 && Math.abs(contributions[2]!) < 1e-12);
  assert.throws(() => explainByKernel(model, { features, rows: Int32Array.of(1) }, options), { name: 'RangeError', message: /found 1/ });
  assert.throws(() => explainByKernel(model, { features, rows: Int32Array.of(9) }, { ...options, background: new Int32Array(0) }), {
    name: 'InsufficientData',
  });
});

test('every coalition is there once with weights by size, drawn ones come with their complements', () => {
  const { count, weights, members } = allCoalitions(4);
  assert.equal(count, 14);
  // Kernel (n - 1) / (C(n, s) s (n - s)): 1/4 at sizes 1 and 3, 1/8 at size 2.
  for (let c = 0; c < count; c++) {
    const size = members.subarray(c * 4, c * 4 + 4).reduce((sum, value) => sum + value, 0);
    assert.equal(weights[c], size === 2 ? 3 / 24 : 3 / 12);
  }
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 0, max: 1e6 }), (columns, seed) => {
      const drawn = drawCoalitions(columns, 4 * columns, makeRandom(seed));
      for (let c = 0; c < drawn.count; c += 2) {
        for (let j = 0; j < columns; j++) assert.equal(drawn.members[c * columns + j]! + drawn.members[(c + 1) * columns + j]!, 1);
        const size = drawn.members.subarray(c * columns, (c + 1) * columns).reduce((sum, value) => sum + value, 0);
        assert.ok(size >= 1 && size < columns);
      }
    }),
    { numRuns: 30 },
  );
  assert.throws(() => drawCoalitions(10, 5, makeRandom(1)), RangeError);
});

test('permutation importance is 0 for an unused column, ranks the used ones and leaves the matrix alone', () => {
  const features = normals(6, 400, 3);
  const rows = Int32Array.from({ length: 400 }, (_, row) => row);
  const random = makeRandom(7);
  const rule: Rule = ([a, b]) => 1 / (1 + Math.exp(-2 * a! - 0.5 * b!));
  const y = Float64Array.from(rows, (row) => Number(random.uniform() < rule(features.values.subarray(row * 3, row * 3 + 3))));
  const before = features.values.slice();
  const data = { features, rows, y, weights: new Float64Array(400).fill(1) };
  const { rise, deviation } = permutationImportance(modelOf(rule), data, { seed: 1 });
  assert.equal(rise[2], 0);
  assert.ok(rise[0]! > 4 * rise[1]! && rise[1]! > 0 && deviation[0]! > 0, `${rise}`);
  assert.deepEqual(features.values, before);
  assert.deepEqual(permutationImportance(modelOf(rule), data, { seed: 1 }).rise, rise);
});
