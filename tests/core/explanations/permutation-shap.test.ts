import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logistic } from '../../../core/ensembles/log-odds.js';
import { explainByKernel } from '../../../core/explanations/kernel-shap.js';
import { explainByPermutation } from '../../../core/explanations/permutation-shap.js';
import { checkAddsUp, summarizeContributions } from '../../../core/explanations/summarize-contributions.js';
import type { Matrix } from '../../../core/models/model.js';
import { makeRandom } from '../../../core/stats/random.js';

type Rule = (row: Float64Array) => number;

const modelOf = (rule: Rule) => ({
  predictProba: ({ columnCount, values }: Matrix, rows: Int32Array) =>
    Float64Array.from(rows, (row) => logistic(rule(values.subarray(row * columnCount, (row + 1) * columnCount)))),
});

function normals(seed: number, rowCount: number, columnCount: number): Matrix {
  const random = makeRandom(seed);
  return { rowCount, columnCount, values: Float64Array.from({ length: rowCount * columnCount }, () => random.normal()) };
}

const sums = (contributions: Float64Array, width: number): number[] =>
  Array.from({ length: contributions.length / width }, (_, i) => contributions.subarray(i * width, (i + 1) * width).reduce((a, b) => a + b, 0));

test('of a linear score every walk is exact: coefficient times distance from the background mean', () => {
  const features = normals(1, 20, 3);
  const [rows, background] = [Int32Array.of(3, 7), Int32Array.of(10, 11)];
  const { base, contributions } = explainByPermutation(
    modelOf(([a, b, c]) => 2 * a! - b! + 0.5 * c!),
    { features, rows },
    { background, seed: 1 },
  );
  const mean = (j: number): number => (features.values[30 + j]! + features.values[33 + j]!) / 2;
  [2, -1, 0.5].forEach((coefficient, j) =>
    rows.forEach((row, i) => assert.ok(Math.abs(contributions[i * 3 + j]! - coefficient * (features.values[row * 3 + j]! - mean(j))) < 1e-9)),
  );
  assert.ok(Math.abs(base - (2 * mean(0) - mean(1) + 0.5 * mean(2))) < 1e-9);
});

test('of two columns a walk and its reverse are all orders: a product is shared half and half, as Kernel SHAP over all coalitions says', () => {
  const features = normals(2, 12, 2);
  // Each background row twice: one walk and its reverse.
  const data = { features, rows: Int32Array.of(0, 1, 2) };
  const model = modelOf(([a, b]) => a! * b! + a!);
  const walked = explainByPermutation(model, data, { background: Int32Array.of(5, 5, 8, 8), seed: 3 });
  const exact = explainByKernel(model, data, { background: Int32Array.of(5, 8), scale: 'log-odds', seed: 3 });
  walked.contributions.forEach((value, k) => assert.ok(Math.abs(value - exact.contributions[k]!) < 1e-9));
  assert.ok(Math.abs(walked.base - exact.base) < 1e-12);
});

test('however few the walks, contributions add up to the output minus the base, and a column that the model ignores has none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 5 }), (seed, walks) => {
      const features = normals(seed, 15, 4);
      const rows = Int32Array.of(0, 4, 9);
      const model = modelOf(([a, b, c]) => Math.sin(3 * a!) * b! + Math.max(0, c!));
      const explanation = explainByPermutation(model, { features, rows }, { background: Int32Array.from({ length: walks }, (_, k) => 10 + k), seed });
      checkAddsUp(explanation, model.predictProba(features, rows), 'model');
      rows.forEach((_, i) => assert.equal(explanation.contributions[i * 4 + 3], 0));
      const again = explainByPermutation(model, { features, rows }, { background: Int32Array.from({ length: walks }, (_, k) => 10 + k), seed });
      assert.deepEqual(again, explanation);
    }),
    { numRuns: 40 },
  );
});

test('a model that looks back has a feature replaced in all the rows it looks at', () => {
  const features = normals(5, 30, 2);
  const { columnCount, values } = features;
  const model = {
    predictProba: ({ values: given }: Matrix, rows: Int32Array) =>
      Float64Array.from(rows, (row) => logistic(given[row * columnCount]! + 2 * given[(row - 2) * columnCount]! - given[(row - 1) * columnCount + 1]!)),
  };
  const [rows, background] = [Int32Array.of(4, 20), Int32Array.of(9, 15)];
  const { contributions } = explainByPermutation(model, { features, rows }, { background, seed: 1, historyRows: 2 });
  const first = (row: number): number => values[row * 2]! + 2 * values[(row - 2) * 2]!;
  rows.forEach((row, i) => assert.ok(Math.abs(contributions[i * 2]! - (first(row) - (first(9) + first(15)) / 2)) < 1e-9));
  const { base } = explainByPermutation(model, { features, rows }, { background, seed: 1, historyRows: 2 });
  sums(contributions, 2).forEach((sum, i) => assert.ok(Math.abs(logistic(base + sum) - model.predictProba(features, rows)[i]!) < 1e-9));
  assert.throws(() => explainByPermutation(model, { features, rows: Int32Array.of(1) }, { background, seed: 1, historyRows: 2 }), RangeError);
  assert.throws(() => explainByPermutation(model, { features, rows }, { background: new Int32Array(0), seed: 1 }), { name: 'InsufficientData' });
});

test('by hand: strength is the mean size, direction +1 where a contribution rises with its value, NaN where one of them is constant', () => {
  const features = { rowCount: 3, columnCount: 3, values: Float64Array.of(1, 5, 0.1, 2, 4, 0.1, 3, Number.NaN, 0.1) };
  const explanation = { scale: 'log-odds' as const, base: 0, contributions: Float64Array.of(-1, -3, 0.1, 0, -1, 0.2, 1, 2, 0.3) };
  const { strength, direction } = summarizeContributions(explanation, features, Int32Array.of(0, 1, 2));
  [2 / 3, 2, 0.2].forEach((value, j) => assert.ok(Math.abs(strength[j]! - value) < 1e-15));
  assert.ok(Math.abs(direction[0]! - 1) < 1e-12 && Math.abs(direction[1]! + 1) < 1e-12 && Number.isNaN(direction[2]));
  assert.throws(() => summarizeContributions(explanation, features, Int32Array.of(0)), RangeError);
});

test('contributions that do not add up are refused with the model, the row and both numbers', () => {
  const explanation = { scale: 'probability' as const, base: 0.5, contributions: Float64Array.of(0.1, 0.1, 0.1, -0.2) };
  assert.equal(checkAddsUp(explanation, Float64Array.of(0.7, 0.4), 'BULL/linear'), explanation);
  assert.throws(() => checkAddsUp(explanation, Float64Array.of(0.7, 0.41), 'BULL/linear'), {
    name: 'NumericalError',
    message: /BULL\/linear: .* row 1 .* 0\.41, found 0\.(4|39999)/,
  });
  assert.throws(() => checkAddsUp({ ...explanation, base: Number.NaN }, Float64Array.of(0.7, 0.4), 'x'), { name: 'NumericalError' });
});
