import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwardFilter } from '../../../core/regimes/forward-filter.js';
import type { Observations } from '../../../core/regimes/gaussian-hmm.js';
import { fitGaussianHmm, logEmissions } from '../../../core/regimes/gaussian-hmm.js';
import { clusterMeans } from '../../../core/regimes/k-means.js';
import { makeRandom } from '../../../core/stats/random.js';
import { referenceProcesses } from '../../support/reference-processes.js';

/** 400 rows of two states in turns of 40; normals by Box-Muller over the minimal standard generator, so that other tools can make them too. */
function referenceRows(): Observations {
  let x = 1;
  const uniform = (): number => {
    x = (16807 * x) % 2147483647;
    return x / 2147483647;
  };
  const values = new Float64Array(800);
  for (let t = 0; t < 400; t++) {
    const isSecond = Math.floor(t / 40) % 2 === 1;
    const a = uniform();
    const b = uniform();
    const radius = Math.sqrt(-2 * Math.log(a));
    values[2 * t] = (isSecond ? 1.5 : -1) + (isSecond ? 1.2 : 0.5) * radius * Math.cos(2 * Math.PI * b);
    values[2 * t + 1] = (isSecond ? 0 : 2) + (isSecond ? 0.7 : 1) * radius * Math.sin(2 * Math.PI * b);
  }
  return { values, dimensions: 2 };
}

const GIVEN = {
  initial: [0.6, 0.4],
  transition: [
    [0.9, 0.1],
    [0.2, 0.8],
  ],
  means: [
    [-1, 2],
    [1.5, 0],
  ],
  variances: [
    [0.25, 1],
    [1.44, 0.49],
  ],
};
const ROWS_LOOKED_AT = [0, 39, 40, 41, 200, 399];

interface HiddenReference {
  readonly fit: { readonly logLikelihood: number } & Readonly<Record<'means' | 'variances' | 'transition', readonly (readonly number[])[]>>;
  readonly given: { readonly logLikelihood: number; readonly filtered: readonly number[] };
}
const reference = referenceProcesses<{ hidden: HiddenReference }>({ rows: [...referenceRows().values], given: { ...GIVEN, rows: ROWS_LOOKED_AT } }).then(
  ({ hidden }) => hidden,
);

const options = { states: 2, starts: 3, maximumIterations: 500, tolerance: 1e-13, varianceFloor: 1e-6, transitionPrior: 0 };

test('the fit is that of hmmlearn 0.3.3 on the same rows (diagonal covariance, no priors)', async () => {
  const { fit: expected } = await reference;
  const fit = await fitGaussianHmm(referenceRows(), { ...options, random: makeRandom(3) });
  const first = fit.model.means[0]![0]! < fit.model.means[1]![0]! ? 0 : 1;
  const order = [first, 1 - first];
  const near = (found: number, wanted: number): void => assert.ok(Math.abs(found - wanted) < 2e-5, `${found} against ${wanted}`);
  near(fit.logLikelihood, expected.logLikelihood);
  for (const [i, state] of order.entries()) {
    for (const d of [0, 1]) {
      near(fit.model.means[state]![d]!, expected.means[i]![d]!);
      near(fit.model.variances[state]![d]!, expected.variances[i]![d]!);
      near(fit.model.transition[state]![order[d]!]!, expected.transition[i]![d]!);
    }
  }
  assert.ok(fit.converged);
});

test('the likelihood never falls from one iteration to the next', async () => {
  let before = Number.NEGATIVE_INFINITY;
  for (let maximumIterations = 1; maximumIterations < 15; maximumIterations++) {
    const { logLikelihood } = await fitGaussianHmm(referenceRows(), { ...options, starts: 1, maximumIterations, random: makeRandom(11) });
    assert.ok(logLikelihood >= before - 1e-9, `${logLikelihood} after ${before}`);
    before = logLikelihood;
  }
});

test("the reported likelihood is the filter's, posteriors sum to 1, and the last row's are the filtered ones", async () => {
  const rows = referenceRows();
  const fit = await fitGaussianHmm(rows, { ...options, maximumIterations: 4, random: makeRandom(3) });
  const filtered = forwardFilter(fit.model, logEmissions(fit.model, rows));
  assert.equal(fit.logLikelihood, filtered.logLikelihood);
  assert.deepEqual(fit.posteriors.slice(-2), filtered.probabilities.slice(-2));
  for (let t = 0; t < 400; t++) assert.ok(Math.abs(fit.posteriors[2 * t]! + fit.posteriors[2 * t + 1]! - 1) < 1e-9);
  assert.ok(Math.abs(fit.occupancy[0]! + fit.occupancy[1]! - 400) < 1e-6);
});

test('the same seed gives the same model to the bit', async () => {
  const fit = async (): Promise<string> => JSON.stringify((await fitGaussianHmm(referenceRows(), { ...options, random: makeRandom(5) })).model);
  assert.equal(await fit(), await fit());
});

test('the log density of one row is the Gaussian one, worked by hand', () => {
  const model = { initial: [1], transition: [[1]], means: [[1, 0]], variances: [[4, 1]] };
  const [value] = logEmissions(model, { values: Float64Array.from([3, 1]), dimensions: 2 });
  assert.ok(Math.abs(value! - (-Math.log(2 * Math.PI) - Math.log(2) - 0.5 - 0.5)) < 1e-12);
});

test('k-means finds two separate groups and their variances, worked by hand', () => {
  const values = Float64Array.from([0, 0, 2, 0, 100, 10, 102, 10, 104, 10]);
  const clusters = [...clusterMeans({ values, dimensions: 2 }, 2, makeRandom(1))].sort((a, b) => a.mean[0]! - b.mean[0]!);
  assert.deepEqual(
    clusters.map((c) => c.mean),
    [
      [1, 0],
      [102, 10],
    ],
  );
  assert.deepEqual(
    clusters.map((c) => c.variance),
    [
      [1, 0],
      [8 / 3, 0],
    ],
  );
});

test("every row of a k-means solution is nearest to its own cluster's mean on average", () => {
  const rows = referenceRows();
  const spread = (count: number): number => {
    const clusters = clusterMeans(rows, count, makeRandom(2));
    let sum = 0;
    for (let t = 0; t < 400; t++)
      sum += Math.min(...clusters.map((c) => (rows.values[2 * t]! - c.mean[0]!) ** 2 + (rows.values[2 * t + 1]! - c.mean[1]!) ** 2));
    return sum;
  };
  assert.ok(spread(4) < spread(2) && spread(2) < spread(1));
});

test("filtered probabilities and likelihood of a given model are hmmlearn 0.3.3's: its last posterior of each prefix", async () => {
  const { given: expected } = await reference;
  const { probabilities, logLikelihood } = forwardFilter(GIVEN, logEmissions(GIVEN, referenceRows()));
  assert.ok(Math.abs(logLikelihood - expected.logLikelihood) < 1e-8);
  ROWS_LOOKED_AT.forEach((row, i) => {
    const [found, wanted] = [probabilities[2 * row]!, expected.filtered[i]!];
    assert.ok(Math.abs(found / wanted - 1) < 1e-9, `row ${row}: ${found} against ${wanted}`);
  });
});
