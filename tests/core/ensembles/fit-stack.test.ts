/** The meta-learner: its optimality by independent search, its prior with few samples, the weights at the border. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { equalWeights, fitStack } from '../../../core/ensembles/fit-stack.js';
import type { StackData } from '../../../core/ensembles/fit-stack.js';
import { logistic } from '../../../core/ensembles/log-odds.js';
import { makeRandom } from '../../../core/stats/random.js';

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

function simulate(seed: number, rows: number, members: readonly number[]): StackData {
  const random = makeRandom(seed);
  const truth = Float64Array.from({ length: rows }, () => random.normal());
  const y = truth.map((z) => (random.uniform() < logistic(z) ? 1 : 0));
  const logOdds = members.map((share) => truth.map((z) => share * z + Math.sqrt(1 - share ** 2) * random.normal()));
  return { logOdds, y, weights: new Float64Array(rows).fill(1) };
}

/** The penalised objective as documented, written out once more. */
function penalized(data: StackData, weights: readonly number[], intercept: number): number {
  let sum = intercept ** 2 / (2 * 0.25 ** 2);
  for (const weight of weights) sum += (weight - 1 / weights.length) ** 2 / (2 * 0.3 ** 2);
  for (let i = 0; i < data.y.length; i++) {
    const p = logistic(weights.reduce((z, weight, j) => z + weight * data.logOdds[j]![i]!, intercept));
    sum -= data.weights[i]! * Math.log(data.y[i] === 1 ? p : 1 - p);
  }
  return sum;
}

test('no examples leave the simple mean', () => {
  const fit = fitStack({ logOdds: [new Float64Array(0), new Float64Array(0)], y: [], weights: [] });
  assert.deepEqual(fit, equalWeights(2));
});

test('one member with one example of log-odds 0 moves the intercept only, to the root of c = .0625 (1 - P)', () => {
  const fit = fitStack({ logOdds: [new Float64Array(1)], y: [1], weights: [1] });
  assert.equal(fit.weights[0], 1);
  close(fit.intercept, 0.0625 * (1 - logistic(fit.intercept)), 1e-10);
});

test('with many examples the true member gets its weight and pure noise gets none', () => {
  const { weights, intercept } = fitStack(simulate(1, 20_000, [1, 0]));
  close(weights[0]!, 1, 0.06);
  close(weights[1]!, 0, 0.05);
  close(intercept, 0, 0.05);
});

test('with ten examples the weights stay near the simple mean', () => {
  const { weights } = fitStack(simulate(2, 10, [1, 0]));
  for (const weight of weights) close(weight, 0.5, 0.25);
});

test('forty near copies of one member share its weight evenly', () => {
  const random = makeRandom(4);
  const { logOdds, y, weights } = simulate(5, 2000, [0.8]);
  const copies = Array.from({ length: 40 }, () => logOdds[0]!.map((z) => z + 0.001 * random.normal()));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const [alone, together] = [fitStack({ logOdds, y, weights }), fitStack({ logOdds: copies, y, weights })];
  close(sum(together.weights), alone.weights[0]!, 0.05);
  assert.ok(
    together.weights.every((weight) => Math.abs(weight - sum(together.weights) / 40) < 0.01),
    together.weights.map((w) => w.toFixed(3)).join(' '),
  );
});

test('beside forty members that know nothing, the one that does has most of the weight with many examples', () => {
  const { weights } = fitStack(simulate(6, 20_000, [1, ...Array.from({ length: 40 }, () => 0)]));
  assert.ok(weights[0]! > 0.85 && weights.slice(1).every((weight) => weight < 0.06), weights.map((w) => w.toFixed(3)).join(' '));
});

test('a member that is wrong gets weight 0, never less', () => {
  const data = simulate(3, 5000, [1, 1]);
  const { weights } = fitStack({ ...data, logOdds: [data.logOdds[0]!, data.logOdds[1]!.map((z) => -z)] });
  assert.equal(weights[1], 0);
  assert.ok(weights[0]! > 0.8);
});

test('no feasible point nearby has a lower objective, and order of members does not matter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 120 }), (seed, rows) => {
      const data = simulate(seed, rows, [0.9, 0.3, 0]);
      const fit = fitStack(data);
      const least = penalized(data, fit.weights, fit.intercept);
      const random = makeRandom(seed);
      for (let k = 0; k < 30; k++) {
        const size = 10 ** (-1 - 3 * random.uniform());
        const nearby = fit.weights.map((weight) => Math.max(0, weight + size * random.normal()));
        assert.ok(penalized(data, nearby, fit.intercept + size * random.normal()) >= least - 1e-9);
      }
      const reversed = fitStack({ ...data, logOdds: [...data.logOdds].reverse() });
      fit.weights.forEach((weight, j) => close(reversed.weights[2 - j]!, weight, 1e-6));
    }),
    { numRuns: 40 },
  );
});

test('a prediction that is not a number is refused', () => {
  assert.throws(() => fitStack({ logOdds: [Float64Array.of(Number.NaN)], y: [1], weights: [1] }), { name: 'NumericalError' });
});
