import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NumericalError } from '../../../core/errors.js';
import { forwardFilter } from '../../../core/regimes/forward-filter.js';

// M3.1.10: the known answer of the methodology.
const chain = {
  initial: [0.6, 0.4],
  transition: [
    [0.7, 0.3],
    [0.4, 0.6],
  ],
};
const emission = [
  [0.1, 0.4, 0.5],
  [0.6, 0.3, 0.1],
];
const observed = [0, 1, 2];

function logEmissionOf(symbols: readonly number[], b: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(symbols.flatMap((symbol) => b.map((row) => Math.log(row[symbol]!))));
}

test('filtered probabilities and likelihood are those of M3.1.10, not the smoothed ones', () => {
  const { probabilities, logLikelihood } = forwardFilter(chain, logEmissionOf(observed, emission));
  const expected = [0.2, 0.8, 0.531792, 0.468208, 0.863977, 0.136023];
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(probabilities[i]! - value) < 1e-6, `${i}: ${probabilities[i]}`);
  assert.ok(Math.abs(Math.exp(logLikelihood) - 0.033612) < 1e-9);
  assert.ok(Math.abs(probabilities[0]! - 0.231703) > 0.03);
});

/** P(state at the last row | rows) by adding up every path of states. */
function byEnumeration(
  initial: readonly number[],
  transition: readonly (readonly number[])[],
  density: readonly (readonly number[])[],
): { last: number[]; total: number } {
  const k = initial.length;
  let paths = initial.map((p, j) => ({ state: j, p: p * density[0]![j]! }));
  for (let t = 1; t < density.length; t++)
    paths = paths.flatMap(({ state, p }) => initial.map((_, j) => ({ state: j, p: p * transition[state]![j]! * density[t]![j]! })));
  const total = paths.reduce((sum, path) => sum + path.p, 0);
  return { last: Array.from({ length: k }, (_, j) => paths.filter((path) => path.state === j).reduce((sum, path) => sum + path.p, 0) / total), total };
}

const positive = fc.double({ min: 0.01, max: 1, noNaN: true });
const row = (k: number): fc.Arbitrary<number[]> => fc.array(positive, { minLength: k, maxLength: k });
const normalised = (values: readonly number[]): number[] => values.map((v) => v / values.reduce((a, b) => a + b, 0));

test('the filter equals the sum over all paths of states', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 2, max: 3 })
        .chain((k) => fc.tuple(row(k), fc.array(row(k), { minLength: k, maxLength: k }), fc.array(row(k), { minLength: 1, maxLength: 6 }))),
      ([initial, transition, density]) => {
        const model = { initial: normalised(initial), transition: transition.map(normalised) };
        const { probabilities, logLikelihood } = forwardFilter(model, Float64Array.from(density.flat(), Math.log));
        const expected = byEnumeration(model.initial, model.transition, density);
        const last = probabilities.slice(-initial.length);
        for (const [j, value] of expected.last.entries()) assert.ok(Math.abs(last[j]! - value) < 1e-9);
        assert.ok(Math.abs(logLikelihood - Math.log(expected.total)) < 1e-9);
      },
    ),
    { numRuns: 100 },
  );
});

test('a row is the same whatever comes after it, to the bit', () => {
  const long = Float64Array.from({ length: 2000 }, (_, i) => Math.log(0.05 + ((i * 7919) % 97) / 100));
  const whole = forwardFilter(chain, long).probabilities;
  for (let n = 2; n <= 2000; n += 40) assert.deepEqual(forwardFilter(chain, long.slice(0, n)).probabilities, whole.slice(0, n));
});

test('densities far below the smallest double do not underflow, and an impossible row is an error', () => {
  const { probabilities } = forwardFilter(chain, Float64Array.from([-5000, -5001, -9000, -9000]));
  assert.ok(Math.abs(probabilities[0]! - 0.6 / (0.6 + 0.4 * Math.exp(-1))) < 1e-12);
  assert.throws(() => forwardFilter(chain, Float64Array.from([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])), NumericalError);
  assert.throws(() => forwardFilter(chain, Float64Array.from([Number.NaN, 0])), NumericalError);
});
