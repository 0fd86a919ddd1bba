import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeGradientBoosting } from '../../../adapters/gradient-boosting/index.js';
import { makeXgboost } from '../../../adapters/xgboost/index.js';
import { makeBestRound } from '../../../core/models/best-round.js';
import { extraTreesFamily } from '../../../core/models/extra-trees.js';
import type { GradientBoosting } from '../../../core/models/gradient-boosting.js';
import { lightgbmDartFamily, lightgbmFamily, lightgbmGossFamily } from '../../../core/models/lightgbm.js';
import { randomForestFamily } from '../../../core/models/random-forest.js';
import { xgboostFamily } from '../../../core/models/xgboost.js';
import { boostingData } from '../../support/boosting-examples.js';

const [lightgbm, xgboost] = [makeGradientBoosting(), makeXgboost()];
const STOPPING = [lightgbmFamily('lightgbm', lightgbm), lightgbmGossFamily(lightgbm), xgboostFamily(xgboost)];
const FAMILIES = [...STOPPING, lightgbmDartFamily(lightgbm), randomForestFamily(lightgbm), extraTreesFamily(lightgbm)];
const { x: features, ...examples } = boostingData(1000, 'binary', { isWeighted: true });
const part = (from: number, to: number) => ({
  rows: Int32Array.from({ length: to - from }, (_, i) => from + i),
  y: examples.y.subarray(from, to),
  weights: examples.weights.subarray(from, to),
});
const data = { features, featureNames: examples.featureNames, ...part(0, 700) };
const options = (parameters: Record<string, number>) => ({ seed: 1, threads: 1, parameters });

for (const family of FAMILIES) {
  test(`${family.id}: base and contributions add up to the log-odds of the prediction (the library's precision)`, async () => {
    const model = await family.fit(data, options({ rounds: 30 }));
    const { rows } = part(700, 760);
    const p = model.predictProba(features, rows);
    const { scale, base, contributions } = model.explain!(features, rows)!;
    assert.equal(scale, 'log-odds');
    const tolerance = family.id === 'xgboost' ? 1e-6 : 1e-12;
    for (const [i, probability] of p.entries()) {
      const logOdds = contributions.subarray(i * 5, (i + 1) * 5).reduce((sum, value) => sum + value, base);
      assert.ok(Math.abs(1 / (1 + Math.exp(-logOdds)) - probability) < tolerance, `${logOdds} for ${probability}`);
    }
    assert.equal(model.explain!(features, new Int32Array(0)), null);
    model.dispose();
  });

  test(`${family.id}: the parameters reach the library: rounds count its trees, and its figures survive saving`, async () => {
    const model = await family.fit(data, options({ rounds: 7 }));
    const copy = family.load(model.save());
    assert.deepEqual([model.metrics!(), copy.metrics!()], [{ rounds: 7 }, { rounds: 7 }]);
    assert.deepEqual(copy.explain!(features, data.rows), model.explain!(features, data.rows));
    // LightGBM's text keeps the gains of splits to six digits.
    for (const [i, gain] of model.featureImportance()!.entries()) assert.ok(Math.abs(copy.featureImportance()![i]! - gain) <= 1e-5 * gain);
    model.dispose();
    copy.dispose();
  });
}

for (const family of STOPPING) {
  test(`${family.id}: later examples end the fit, and the rounds kept are those of a fit as long as the best round`, async () => {
    const fast = { rounds: 300, patience: 3, ...(family.id === 'xgboost' ? { eta: 0.6 } : { learning_rate: 0.6 }) };
    const stopped = await family.fit(data, { ...options(fast), validation: part(700, 1000) });
    const { rounds } = stopped.metrics!() as { rounds: number };
    assert.ok(rounds > 1 && rounds < 200, `${rounds} rounds`);
    const short = await family.fit(data, options({ ...fast, rounds }));
    assert.deepEqual(stopped.predictProba(features, data.rows), short.predictProba(features, data.rows));
    stopped.dispose();
    short.dispose();
  });
}

test('LightGBM takes the threads of the slot, XGBoost one, whose sums would depend on more', async () => {
  const asked: unknown[] = [];
  const listening = (library: GradientBoosting): GradientBoosting => ({
    ...library,
    train: (examplesOf, parameters, rounds, iteration) => {
      asked.push(parameters['num_threads'] ?? parameters['nthread']);
      return library.train(examplesOf, parameters, rounds, iteration);
    },
  });
  for (const family of [lightgbmFamily('lightgbm', listening(lightgbm)), xgboostFamily(listening(xgboost))]) {
    (await family.fit(data, { ...options({ rounds: 1 }), threads: 2 })).dispose();
  }
  assert.deepEqual(asked, [2, 1]);
});

test('families whose trees have no best last round take all rounds whatever the later examples say', async () => {
  for (const family of FAMILIES.filter((one) => !STOPPING.includes(one))) {
    const model = await family.fit(data, { ...options({ rounds: 12 }), validation: part(700, 1000) });
    assert.deepEqual(model.metrics!(), { rounds: 12 });
    model.dispose();
  }
});

test('scores 3, 1, 2, 2 with a patience of 2 and less is better: the second round is best, and the fourth is the last', () => {
  const best = makeBestRound(2, false);
  assert.deepEqual(
    [3, 1, 2, 2].map((score) => best.see(score)),
    [true, true, true, false],
  );
  assert.equal(best.rounds, 2);
  assert.throws(() => makeBestRound(0, false), { name: 'RangeError', message: /found 0/ });
});

test('the best round is the first of the largest scores seen; not-a-number never is', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN)), { minLength: 1 }), (scores) => {
      const best = makeBestRound(1000, true);
      for (const score of scores) best.see(score);
      const known = scores.filter((score) => !Number.isNaN(score));
      const largest = known.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
      assert.equal(best.rounds, known.length === 0 ? 0 : scores.findIndex((score) => score >= largest) + 1);
    }),
  );
});
