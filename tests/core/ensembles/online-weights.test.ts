import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memberUncertainty } from '../../../core/ensembles/member-uncertainty.js';
import {
  delayedHedgeRate,
  delayedRegretBound,
  fixedShareRegretBound,
  followLosses,
  hedgeRate,
  hedgeRegretBound,
  outstandingOutcomes,
} from '../../../core/ensembles/online-weights.js';
import { outcomeOrder, outcomesAfter } from '../../../core/labels/outcome-order.js';
import { makeRandom } from '../../../core/stats/random.js';

const MODELS = 4;

/** Loss of the weighted mixture, and of a sequence of models. */
const mixtureLoss = (weights: Float64Array, losses: Float64Array): number => weights.reduce((sum, weight, i) => sum + weight * losses[i]!, 0);
const sequenceLoss = (losses: Float64Array, best: (row: number) => number): number => {
  let sum = 0;
  for (let row = 0; row < losses.length / MODELS; row++) sum += losses[row * MODELS + best(row)]!;
  return sum;
};

test('by hand: after losses 0 and 1 at rate ln 3 the weights are 3/4 and 1/4; a share of 0.2 makes them 0.7 and 0.3', () => {
  const losses = Float64Array.of(0, 1, 0, 1);
  const plain = followLosses(losses, 2, { rate: Math.log(3), share: 0, outcomes: outcomesAfter(2, 1) });
  const close = (actual: Float64Array, expected: number[]): void =>
    expected.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) < 1e-15, `${actual}`));
  close(plain.weights, [0.5, 0.5, 0.75, 0.25]);
  close(plain.last, [0.9, 0.1]);
  close(followLosses(losses, 2, { rate: Math.log(3), share: 0.2, outcomes: outcomesAfter(2, 1) }).weights.subarray(2), [0.7, 0.3]);
  close(followLosses(losses, 2, { rate: Math.log(3), share: 0, outcomes: outcomesAfter(2, 2) }).weights, [0.5, 0.5, 0.5, 0.5]);
});

test('the regret bounds hold for any losses: plain Hedge against the best model, fixed share against the best sequence with one switch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 200 }), fc.boolean(), (seed, rows, isBinary) => {
      const random = makeRandom(seed);
      const losses = Float64Array.from({ length: rows * MODELS }, () => (isBinary ? Number(random.uniform() < 0.5) : random.uniform()));
      const plain = followLosses(losses, MODELS, { rate: hedgeRate(MODELS, rows), share: 0, outcomes: outcomesAfter(rows, 1) });
      const best = Math.min(...Array.from({ length: MODELS }, (_, j) => sequenceLoss(losses, () => j)));
      assert.ok(mixtureLoss(plain.weights, losses) - best <= hedgeRegretBound(MODELS, rows) + 1e-9);
      const options = { rate: 0.5, share: 0.05, outcomes: outcomesAfter(rows, 1) };
      const shared = followLosses(losses, MODELS, options);
      const cut = 1 + Math.floor((rows - 1) / 2);
      const sequence = sequenceLoss(losses, (row) => (row < cut ? 0 : 1));
      assert.ok(mixtureLoss(shared.weights, losses) - sequence <= fixedShareRegretBound({ models: MODELS, rows, switches: 1 }, options) + 1e-9);
    }),
    { numRuns: 100 },
  );
});

test('where losses come late, some never, plain Hedge stays within its bound at any rate; a loss that comes one row later is the classic case', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 5, max: 150 }), fc.integer({ min: 1, max: 40 }), (seed, rows, longest) => {
      const random = makeRandom(seed);
      const startMs = Float64Array.from({ length: rows }, (_, row) => row);
      const endMs = startMs.map((time) => (random.uniform() < 0.1 ? Number.NaN : time + 1 + random.below(longest)));
      // The good model changes with time, which is where old losses mislead.
      const losses = Float64Array.from({ length: rows * MODELS }, (_, i) => Number(i % MODELS !== Math.floor(i / MODELS / 10) % MODELS));
      const outcomes = outcomeOrder(startMs, endMs);
      for (const rate of [0.1, 0.5, 2, delayedHedgeRate(MODELS, rows, longest)]) {
        const { weights } = followLosses(losses, MODELS, { rate, share: 0, outcomes });
        const over = (loss: (row: number) => number): number => outcomes.rows.reduce((sum, row) => sum + loss(row), 0);
        const mixed = over((row) =>
          Array.from({ length: MODELS }, (_, j) => weights[row * MODELS + j]! * losses[row * MODELS + j]!).reduce((a, b) => a + b, 0),
        );
        const best = Math.min(...Array.from({ length: MODELS }, (_, j) => over((row) => losses[row * MODELS + j]!)));
        assert.ok(mixed - best <= delayedRegretBound({ models: MODELS, ...outstandingOutcomes(outcomes) }, rate) + 1e-9);
      }
    }),
    { numRuns: 100 },
  );
  assert.deepEqual(outstandingOutcomes(outcomesAfter(6, 1)), { rows: 6, outstanding: 0 });
  // Rows 0 to 5 lack 0, 1, 2, 2, 2, 2 earlier outcomes.
  assert.deepEqual(outstandingOutcomes(outcomesAfter(6, 3)), { rows: 6, outstanding: 9 });
  const rate = hedgeRate(MODELS, 50);
  assert.ok(Math.abs(delayedHedgeRate(MODELS, 50, 1) - rate) < 1e-15);
  assert.ok(Math.abs(delayedRegretBound({ models: MODELS, rows: 50, outstanding: 0 }, rate) - hedgeRegretBound(MODELS, 50)) < 1e-12);
});

test('where the best model changes, fixed share follows it within its bound and beats plain Hedge and every single model', () => {
  const random = makeRandom(3);
  const rows = 3000;
  const best = (row: number): number => Math.floor(row / 1000) + 1;
  // Brier scores: the best model of the time is right at p = 0.75, the others at 0.55.
  const losses = Float64Array.from({ length: rows * MODELS }, (_, i) => {
    const p = i % MODELS === best(Math.floor(i / MODELS)) ? 0.75 : 0.55;
    return (Number(random.uniform() < p) - p) ** 2;
  });
  const tracking = { rate: 2, share: 1 / 1000, outcomes: outcomesAfter(rows, 1) };
  const tracked = mixtureLoss(followLosses(losses, MODELS, tracking).weights, losses);
  const plain = mixtureLoss(followLosses(losses, MODELS, { ...tracking, share: 0 }).weights, losses);
  const single = Math.min(...Array.from({ length: MODELS }, (_, j) => sequenceLoss(losses, () => j)));
  const ideal = sequenceLoss(losses, best);
  assert.ok(tracked - ideal <= fixedShareRegretBound({ models: MODELS, rows, switches: 2 }, tracking), `${tracked - ideal}`);
  assert.ok(tracked < plain && tracked < single, `${tracked}, ${plain}, ${single}, ideal ${ideal}`);
  const { weights } = followLosses(losses, MODELS, tracking);
  for (const row of [900, 1900, 2900]) assert.ok(weights[row * MODELS + best(row)]! > 0.8, `${weights.subarray(row * MODELS, (row + 1) * MODELS)}`);
});

test('weights sum to 1 and use no loss that is not known yet; a loss outside [0, 1] is refused', () => {
  const random = makeRandom(9);
  const losses = Float64Array.from({ length: 50 * MODELS }, () => random.uniform());
  const options = { rate: 1, share: 0.01, outcomes: outcomesAfter(50, 5) };
  const { weights } = followLosses(losses, MODELS, options);
  for (let row = 0; row < 50; row++)
    assert.ok(Math.abs(weights.subarray(row * MODELS, (row + 1) * MODELS).reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12);
  const changed = followLosses(
    losses.map((loss, i) => (i >= 20 * MODELS ? 1 - loss : loss)),
    MODELS,
    options,
  ).weights;
  assert.deepEqual(changed.subarray(0, 25 * MODELS), weights.subarray(0, 25 * MODELS));
  assert.notDeepEqual(changed.subarray(25 * MODELS, 26 * MODELS), weights.subarray(25 * MODELS, 26 * MODELS));
  assert.throws(() => followLosses(Float64Array.of(0, 2), 2, { ...options, outcomes: outcomesAfter(1, 1) }), {
    name: 'InvalidData',
    message: /found 2 of model 1 in row 0/,
  });
  assert.throws(() => followLosses(new Float64Array(3), 2, options), RangeError);
});

test('uncertainty by hand: agreeing members at 1/2 are all outcome, members at 0 and 1 all disagreement', () => {
  const result = memberUncertainty([Float64Array.of(0.5, 0, 0.2), Float64Array.of(0.5, 1, 0.6)], [1, 1]);
  const close = (actual: Float64Array, expected: number[]): void =>
    expected.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) < 1e-12, `${actual}`));
  close(result.mean, [0.5, 0.5, 0.4]);
  close(result.deviation, [0, 0.5, 0.2]);
  close(result.total.subarray(0, 2), [Math.LN2, Math.LN2]);
  close(result.outcome.subarray(0, 2), [Math.LN2, 0]);
  close(result.disagreement.subarray(0, 2), [0, Math.LN2]);
  assert.ok(result.disagreement[2]! > 0);
  assert.throws(() => memberUncertainty([]), RangeError);
  assert.throws(() => memberUncertainty([Float64Array.of(1)], [0]), RangeError);
});
