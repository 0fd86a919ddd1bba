import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { largestPenalty } from '../../../core/models/coordinate-descent.js';
import { elasticNetPath, penaltyLadder } from '../../../core/models/elastic-net-path.js';
import { elasticNetFamily } from '../../../core/models/elastic-net.js';
import { linearFamily } from '../../../core/models/linear.js';
import { linearScores } from '../../../core/models/linear-scores.js';
import type { FitData } from '../../../core/models/model.js';
import { fitElasticNetRegression, fitRidge } from '../../../core/models/ridge.js';
import { makeRandom } from '../../../core/stats/random.js';

const ONE = { seed: 1, threads: 1 };

function examples(seed: number, rowCount = 200): FitData {
  const random = makeRandom(seed);
  const values = Float64Array.from({ length: rowCount * 5 }, () => random.normal());
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => Number(values[row * 5]! - 0.5 * values[row * 5 + 1]! + random.normal() > 0));
  return {
    features: { rowCount, columnCount: 5, values },
    featureNames: ['a', 'b', 'c', 'd', 'e'],
    rows,
    y,
    weights: Float64Array.from(rows, () => 0.5 + random.uniform()),
  };
}

test('by hand: the lasso of one standardised column is the correlation less the penalty', () => {
  // x = -1, -1, 1, 1; y = 0, 1, 2, 5: mean 2, mean of x y = (0 - 1 + 2 + 5) / 4 = 1.5; soft threshold at 0.4 leaves 1.1.
  const data = {
    features: { rowCount: 4, columnCount: 1, values: Float64Array.of(10, 10, 14, 14) },
    rows: Int32Array.of(0, 1, 2, 3),
    y: Float64Array.of(0, 1, 2, 5),
    weights: new Float64Array(4).fill(3),
  };
  const [lasso, none] = [0.4, 1.6].map((penalty) => fitElasticNetRegression(data, { l1Ratio: 1, penalties: [penalty] })[0]!);
  assert.ok(Math.abs(lasso!.coefficients[0]! - 1.1) < 1e-12 && Math.abs(lasso!.intercept - 2) < 1e-12, `${lasso!.coefficients}`);
  assert.deepEqual([none!.coefficients, none!.intercept], [[0], 2]);
  // Ridge: total weight 12, so b = 1.5 x 12 / (12 + penalty) = 1 at penalty 6; predictions are 2 -+ 1.
  const ridge = fitRidge(data, 6);
  assert.deepEqual(
    Array.from(linearScores(ridge, data.features, data.rows), (value) => Math.round(value * 1e12) / 1e12),
    [1, 1, 3, 3],
  );
});

test('at l1Ratio 0 the elastic net is the family linear at l2 = penalty times total weight', async () => {
  const data = examples(3);
  const total = data.weights.reduce((sum, weight) => sum + weight, 0);
  const net = await elasticNetFamily.fit(data, { ...ONE, parameters: { penalty: 0.05, l1Ratio: 0 } });
  const ridge = await linearFamily.fit(data, { ...ONE, parameters: { l2: 0.05 * total } });
  const [a, b] = [net, ridge].map((model) => model.predictProba(data.features, data.rows));
  a!.forEach((p, i) => assert.ok(Math.abs(p - b![i]!) < 1e-8, `${p} and ${b![i]} in row ${i}`));
});

test('a weight of 2 counts like the row twice, and the same factor on all weights changes nothing', async () => {
  const data = examples(4, 60);
  const fit = async (rows: readonly number[], weights: readonly number[]): Promise<number[]> => {
    const values = Float64Array.from({ length: rows.length * 5 }, (_, k) => data.features.values[rows[Math.floor(k / 5)]! * 5 + (k % 5)]!);
    const features = { rowCount: rows.length, columnCount: 5, values };
    const part = {
      ...data,
      features,
      rows: Int32Array.from(rows.keys()),
      y: Float64Array.from(rows, (row) => data.y[row]!),
      weights: Float64Array.from(weights),
    };
    return Array.from((await elasticNetFamily.fit(part, { ...ONE, parameters: {} })).predictProba(data.features, data.rows));
  };
  const all = Array.from(data.rows);
  const weighted = await fit(
    all,
    all.map((row) => (row % 3 === 0 ? 2 : 1)),
  );
  const copied = await fit(
    all.flatMap((row) => (row % 3 === 0 ? [row, row] : [row])),
    all.flatMap((row) => (row % 3 === 0 ? [1, 1] : [1])),
  );
  const scaled = await fit(
    all,
    all.map((row) => (row % 3 === 0 ? 14 : 7)),
  );
  weighted.forEach((p, i) => assert.ok(Math.abs(p - copied[i]!) < 1e-9 && Math.abs(p - scaled[i]!) < 1e-9, `${p}, ${copied[i]} and ${scaled[i]}`));
});

test('on the way down the ladder columns come in one by one, the first at the ladder top, and warm starts end where cold ones do', () => {
  const { features, y, rows } = examples(5);
  const columns = Array.from({ length: 5 }, (_, j) => Float64Array.from(rows, (row) => features.values[row * 5 + j]!));
  const problem = { loss: 'logistic' as const, columns, targets: y, weights: new Float64Array(y.length).fill(1 / y.length) };
  const penalties = penaltyLadder(problem, { l1Ratio: 0.9, count: 30, ratio: 1e-3 });
  const path = elasticNetPath(problem, { l1Ratio: 0.9, penalties });
  const used = path.map(({ coefficients }) => coefficients.reduce((count, b) => count + Number(b !== 0), 0));
  assert.equal(penalties[0], largestPenalty(problem, 0.9));
  assert.deepEqual([used[0], used[1]! > 0, used.at(-1)], [0, true, 5]);
  const cold = elasticNetPath(problem, { l1Ratio: 0.9, penalties: [penalties[20]!] })[0]!;
  cold.coefficients.forEach((b, j) => assert.ok(Math.abs(b - path[20]!.coefficients[j]!) < 1e-8, `${b} and ${path[20]!.coefficients[j]}`));
});

test('the solution meets the optimality conditions, duplicate and constant columns included', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(0.001, 0.02, 0.2), fc.constantFrom(0, 0.3, 1), async (seed, penalty, l1Ratio) => {
      const data = examples(seed, 60);
      // Column 3 repeats column 0, column 4 is constant.
      const values = data.features.values.map((value, i) => (i % 5 === 3 ? data.features.values[i - 3]! : i % 5 === 4 ? 7 : value));
      const features = { ...data.features, values };
      if (new Set(data.y).size < 2) return;
      const model = await elasticNetFamily.fit({ ...data, features }, { ...ONE, parameters: { penalty, l1Ratio } });
      const { means, deviations, coefficients } = JSON.parse(Buffer.from(model.save()).toString());
      const p = model.predictProba(features, data.rows);
      const total = data.weights.reduce((sum, weight) => sum + weight, 0);
      for (let j = 0; j < 4; j++) {
        let gradient = -penalty * (1 - l1Ratio) * coefficients[j];
        data.rows.forEach((row) => (gradient += (data.weights[row]! / total) * (data.y[row]! - p[row]!) * ((values[row * 5 + j]! - means[j]) / deviations[j])));
        const l1 = penalty * l1Ratio;
        if (coefficients[j] === 0) assert.ok(Math.abs(gradient) <= l1 + 1e-9, `${gradient} in column ${j}`);
        else assert.ok(Math.abs(gradient - l1 * Math.sign(coefficients[j])) <= 1e-9, `${gradient} in column ${j}`);
      }
      assert.equal(coefficients[4], 0);
    }),
    { numRuns: 30 },
  );
});

test('the explanation of a row adds up to its log-odds, a missing value adds nothing', async () => {
  const data = examples(8);
  for (const family of [linearFamily, elasticNetFamily]) {
    const model = await family.fit(data, { ...ONE, parameters: {} });
    const probe = { rowCount: 1, columnCount: 5, values: Float64Array.of(1, Number.NaN, -2, 0.5, 3) };
    const { base, contributions, scale } = model.explain!(probe, Int32Array.of(0))!;
    const p = model.predictProba(probe, Int32Array.of(0))[0]!;
    assert.equal(scale, 'log-odds');
    assert.ok(Math.abs(base + contributions.reduce((sum, value) => sum + value, 0) - Math.log(p / (1 - p))) < 1e-12);
    assert.equal(contributions[1], 0);
  }
});

test('penalties, l1Ratio, targets and weights outside their range are refused by name and value', async () => {
  const data = examples(9);
  await assert.rejects(elasticNetFamily.fit(data, { ...ONE, parameters: { penalty: 0 } }), { name: 'RangeError', message: /penalty above 0, found 0/ });
  await assert.rejects(elasticNetFamily.fit(data, { ...ONE, parameters: { l1Ratio: 1.5 } }), { name: 'RangeError', message: /l1Ratio in \[0, 1\], found 1.5/ });
  assert.throws(() => fitRidge(data, -1), { name: 'RangeError', message: /found -1/ });
  assert.throws(() => fitRidge({ ...data, y: data.y.map((v, i) => (i === 4 ? Number.NaN : v)) }, 1), { name: 'InvalidData', message: /row 4, found NaN/ });
  assert.throws(() => fitRidge({ ...data, rows: new Int32Array(0) }, 1), { name: 'InsufficientData' });
});
