/** Linear models and isolation forest beside scikit-learn 1.7.2, run on the same examples. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { areaUnderCurve } from '../../../core/metrics/classification.js';
import { elasticNetFamily } from '../../../core/models/elastic-net.js';
import { fitIsolationForest } from '../../../core/models/isolation-forest.js';
import type { LinearState } from '../../../core/models/linear-scores.js';
import { fitElasticNetRegression, fitRidge } from '../../../core/models/ridge.js';
import { makeRandom } from '../../../core/stats/random.js';
import { pythonPackages } from '../../../infra/python-packages.js';
import { runCommand } from '../../../infra/run-command.js';
import { cloneRoot } from '../../support/repository.js';

const ROWS = 300;
const COLUMNS = 6;
/** Falling within each l1Ratio, as a path wants. */
const PENALTIES = [
  [0.2, 0.5],
  [0.03, 0.5],
  [0.004, 0.5],
  [0.1, 1],
  [0.02, 1],
  [0.05, 0.1],
] as const;
const RIDGE = 7;
const SEEDS = 5;

const random = makeRandom(71);
const linear = linearExamples();
const isolation = plantedAnomalies();
let reference: {
  readonly linear: { readonly logistic: number[][]; readonly squared: number[][]; readonly ridge: number[] };
  readonly isolation: { readonly auc: number[]; readonly scores: number[] };
};

before(async () => {
  const support = join(cloneRoot(), 'tests', 'support');
  const packages = await pythonPackages(join(support, 'reference-requirements.txt'));
  const folder = await mkdtemp(join(tmpdir(), 'ares-models-'));
  try {
    const path = join(folder, 'cases.json');
    const cases = { linear: { ...linear, penalties: PENALTIES, ridge: RIDGE, columns: COLUMNS }, isolation: { ...isolation, columns: 4, seeds: SEEDS } };
    await writeFile(path, JSON.stringify(cases));
    const { stdout } = await runCommand('python3', [join(support, 'reference-models.py'), path], { env: { PYTHONPATH: packages, PYTHONWARNINGS: 'ignore' } });
    reference = JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Columns 0 and 1 correlate at 0.95, 2 and 3 matter, 4 and 5 are noise; weights differ. */
function linearExamples() {
  const x: number[] = [];
  const labels: number[] = [];
  const targets: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < ROWS; i++) {
    const a = random.normal();
    const row = [a, 0.95 * a + 0.3 * random.normal(), 3 + 2 * random.normal(), 0.01 * random.normal(), random.normal(), random.normal()];
    const score = row[0]! + 0.4 * (row[2]! - 3) - 60 * row[3]!;
    x.push(...row);
    labels.push(Number(score + random.normal() > 0));
    targets.push(0.5 + score + random.normal());
    weights.push(0.2 + random.uniform());
  }
  return { x, labels, targets, weights };
}

function plantedAnomalies() {
  const x: number[] = [];
  const planted: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const isPlanted = i % 25 === 0;
    const row = Array.from({ length: 4 }, () => random.normal());
    // Off by 2.5 deviations in two columns at once: visible, though not at a glance.
    x.push(...(isPlanted ? row.map((value, j) => (j < 2 ? value + 2.5 * (random.uniform() < 0.5 ? -1 : 1) : value)) : row));
    planted.push(Number(isPlanted));
  }
  return { x, planted };
}

function matrixOf(x: readonly number[], columnCount: number) {
  const rowCount = x.length / columnCount;
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  return { features: { rowCount, columnCount, values: Float64Array.from(x) }, rows, featureNames: Array.from({ length: columnCount }, (_, j) => `f${j}`) };
}

const numbersOf = ({ intercept, coefficients }: Pick<LinearState, 'intercept' | 'coefficients'>): number[] => [intercept, ...coefficients];

function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) <= tolerance, `${what}: ${value} instead of ${expected[i]} at ${i}`));
}

test('logistic elastic net and lasso agree with LogisticRegression(saga) to 1e-7 in every coefficient, zeros included', async () => {
  const { features, rows, featureNames } = matrixOf(linear.x, COLUMNS);
  for (const [k, [penalty, l1Ratio]] of PENALTIES.entries()) {
    const data = { features, rows, featureNames, y: Float64Array.from(linear.labels), weights: Float64Array.from(linear.weights) };
    const model = await elasticNetFamily.fit(data, { seed: 1, threads: 1, parameters: { penalty, l1Ratio } });
    const saved = JSON.parse(Buffer.from(model.save()).toString()) as LinearState;
    const expected = reference.linear.logistic[k]!;
    assertClose(numbersOf(saved), expected, 1e-7, `penalty ${penalty}, l1Ratio ${l1Ratio}`);
    assert.deepEqual(
      saved.coefficients.map((b) => b === 0),
      expected.slice(1).map((b) => b === 0),
    );
  }
});

test('elastic net and lasso regressions agree with ElasticNet and Lasso to 1e-9, ridge with Ridge to 1e-12', () => {
  const { features, rows } = matrixOf(linear.x, COLUMNS);
  const data = { features, rows, y: Float64Array.from(linear.targets), weights: Float64Array.from(linear.weights) };
  for (const l1Ratio of new Set(PENALTIES.map(([, ratio]) => ratio))) {
    const own = [...PENALTIES.entries()].filter(([, [, ratio]]) => ratio === l1Ratio);
    const path = fitElasticNetRegression(data, { l1Ratio, penalties: own.map(([, [penalty]]) => penalty) });
    own.forEach(([k], i) => assertClose(numbersOf(path[i]!), reference.linear.squared[k]!, 1e-9, `squared, ${PENALTIES[k]}`));
  }
  assertClose(numbersOf(fitRidge(data, RIDGE)), reference.linear.ridge, 1e-12, 'ridge');
});

test('isolation forest finds planted anomalies at AUC above 0.9, within 0.02 of IsolationForest, and its mean scores correlate above 0.98', () => {
  const data = matrixOf(isolation.x, 4);
  const runs = Array.from({ length: SEEDS }, (_, seed) => fitIsolationForest(data, { seed }).score(data.features, data.rows));
  const aucs = runs.map((scores) => areaUnderCurve(isolation.planted, scores));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(
    aucs.every((auc) => auc > 0.9),
    `${aucs}`,
  );
  assert.ok(Math.abs(mean(aucs) - mean(reference.isolation.auc)) < 0.02, `${aucs} beside ${reference.isolation.auc}`);
  const ours = data.rows.length === reference.isolation.scores.length ? Array.from(data.rows, (row) => mean(runs.map((scores) => scores[row]!))) : [];
  const correlation = pearson(ours, reference.isolation.scores);
  assert.ok(correlation > 0.98, `correlation ${correlation}`);
  assert.ok(Math.abs(mean(ours) - mean(reference.isolation.scores)) < 0.01, 'the level of the scores agrees as well');
});

function pearson(a: readonly number[], b: readonly number[]): number {
  const centre = (values: readonly number[]): number[] => values.map((value) => value - values.reduce((sum, v) => sum + v, 0) / values.length);
  const [x, y] = [centre(a), centre(b)];
  const dot = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}
