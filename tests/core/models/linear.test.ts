import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linearFamily } from '../../../core/models/linear.js';
import type { FitData } from '../../../core/models/model.js';
import { makeRandom } from '../../../core/stats/random.js';

const OPTIONS = { seed: 1, threads: 1, parameters: {} };

function dataOf(rows: readonly (readonly number[])[], y: readonly number[], weights: readonly number[] = y.map(() => 1)): FitData {
  const columnCount = rows[0]!.length;
  return {
    features: { rowCount: rows.length, columnCount, values: Float64Array.from(rows.flat()) },
    featureNames: Array.from({ length: columnCount }, (_, j) => `f${j}`),
    rows: Int32Array.from(rows.keys()),
    y: Float64Array.from(y),
    weights: Float64Array.from(weights),
  };
}

function assertClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) <= tolerance, `${actual[i]} is not ${value} at ${i}`));
}

test('weighted fit equals scikit-learn 1.5.2 LogisticRegression(C=1/0.8, tol=1e-12) on the standardised columns', async () => {
  const x = [
    [0.5, 1.2],
    [-1, 0.3],
    [2, -0.7],
    [0.1, 0.4],
    [-0.6, -1.5],
    [1.4, 0.9],
    [-2.2, 0.8],
    [0.3, -0.2],
  ];
  const data = dataOf(x, [1, 0, 1, 0, 0, 1, 1, 0], [1, 0.5, 2, 1, 0.25, 1, 0.75, 1.5]);
  const model = await linearFamily.fit(data, { ...OPTIONS, parameters: { l2: 0.8 } });
  const saved = JSON.parse(Buffer.from(model.save()).toString());
  assertClose([saved.intercept, ...saved.coefficients], [0.41108376, 0.67575103, 0.51252756], 1e-8);
  assertClose(
    model.predictProba(data.features, data.rows),
    [
      0.756141555454368, 0.4240246228169622, 0.6517492725154088, 0.5889516949687867, 0.20778795524656135, 0.8040093391902351, 0.35203837292177464,
      0.51294052362956,
    ],
    1e-9,
  );
});

test('by hand: one symmetric feature, where l2 = 4 sigma(-b) / b at the solution', async () => {
  // z = +-1 twice each, labels follow the sign: 4 (1 - sigma(b)) = l2 b; with b = 1, l2 = 4 (1 - 0.7310585786) = 1.0757656855.
  const model = await linearFamily.fit(dataOf([[3], [3], [5], [5]], [0, 0, 1, 1]), { ...OPTIONS, parameters: { l2: 4 * (1 - 1 / (1 + Math.exp(-1))) } });
  const saved = JSON.parse(Buffer.from(model.save()).toString());
  assertClose([saved.intercept, saved.coefficients[0], saved.means[0], saved.deviations[0]], [0, 1, 4, 1], 1e-9);
});

test('a missing value reads as the mean of the fit rows; a constant or empty column has no effect', async () => {
  const data = dataOf(
    [
      [1, 7, Number.NaN],
      [2, 7, Number.NaN],
      [Number.NaN, 7, Number.NaN],
      [6, 7, Number.NaN],
    ],
    [0, 0, 1, 1],
  );
  const model = await linearFamily.fit(data, OPTIONS);
  const probe = { rowCount: 2, columnCount: 3, values: Float64Array.from([3, 7, 1, Number.NaN, 99, -5]) };
  const [atMean, missing] = model.predictProba(probe, Int32Array.from([0, 1]));
  assert.equal(missing, atMean);
  assert.deepEqual(Array.from(model.featureImportance()!).slice(1), [0, 0]);
});

test('an integer weight counts like as many copies of the row', async () => {
  const x = [
    [0.2, 1],
    [0.9, -1],
    [1.5, 0.3],
    [-0.4, 0.8],
    [0.1, -0.6],
  ];
  const y = [0, 1, 1, 0, 1];
  const weighted = await linearFamily.fit(dataOf(x, y, [1, 3, 1, 2, 1]), OPTIONS);
  const copied = await linearFamily.fit(
    dataOf(
      [0, 1, 1, 1, 2, 3, 3, 4].map((i) => x[i]!),
      [0, 1, 1, 1, 2, 3, 3, 4].map((i) => y[i]!),
    ),
    OPTIONS,
  );
  const probe = dataOf(x, y).features;
  const rows = Int32Array.from([0, 1, 2, 3, 4]);
  assertClose(weighted.predictProba(probe, rows), Array.from(copied.predictProba(probe, rows)), 1e-12);
});

test('without weight on the coefficients, the mean prediction is the weighted base rate (the intercept is free)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
      const random = makeRandom(seed);
      const x = Array.from({ length: 30 }, () => [random.normal(), random.normal() * 100, random.uniform()]);
      const y = x.map((_, i) => (i === 0 ? 1 : i === 1 ? 0 : Number(random.uniform() < 0.4)));
      const weights = x.map(() => 0.1 + random.uniform());
      const data = dataOf(x, y, weights);
      const p = (await linearFamily.fit(data, OPTIONS)).predictProba(data.features, data.rows);
      const total = weights.reduce((sum, w) => sum + w, 0);
      const gap = p.reduce((sum, value, i) => sum + weights[i]! * (value - y[i]!), 0) / total;
      assert.ok(Math.abs(gap) < 1e-9, `${gap}`);
    }),
    { numRuns: 30 },
  );
});

test('scaling and shifting a feature changes no prediction beyond rounding', async () => {
  const random = makeRandom(4);
  const x = Array.from({ length: 50 }, () => [random.normal(), random.normal()]);
  const y = x.map(([a]) => (a! + random.normal() > 0 ? 1 : 0));
  const moved = x.map(([a, b]) => [1000 * a! - 5, b!]);
  const [one, other] = [dataOf(x, y), dataOf(moved, y)];
  assertClose(
    (await linearFamily.fit(other, OPTIONS)).predictProba(other.features, other.rows),
    Array.from((await linearFamily.fit(one, OPTIONS)).predictProba(one.features, one.rows)),
    1e-9,
  );
});

test('a single class, a label of 2 and a weight of 0 are refused by name', async () => {
  await assert.rejects(linearFamily.fit(dataOf([[1], [2]], [1, 1]), OPTIONS), { name: 'InsufficientData' });
  await assert.rejects(linearFamily.fit(dataOf([[1], [2]], [2, 1]), OPTIONS), { name: 'InvalidData', message: /label 0 or 1 in row 0, found 2/ });
  await assert.rejects(linearFamily.fit(dataOf([[1], [2]], [0, 1], [0, 1]), OPTIONS), { name: 'InvalidData', message: /weight above 0 in row 0, found 0/ });
});
