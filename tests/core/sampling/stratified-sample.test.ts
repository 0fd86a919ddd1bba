import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stratifiedRows } from '../../../core/sampling/stratified-sample.js';
import { REGIMES } from '../../../core/regimes/regime-names.js';
import { makeMarketSkeleton } from '../../../core/simulation/market.js';
import { makeRandom } from '../../../core/stats/random.js';

const { regime } = makeMarketSkeleton({
  fromMs: 0,
  toMs: 10 * 86_400_000,
  seed: 3,
  symbol: 'ETHUSDT',
  blockMs: 900_000,
  tradesPerMinute: 1,
  startPrice: 2000,
  signalStrength: 0,
  annualVolatility: 0.6,
});
const ROWS = Int32Array.from(regime.keys());
const countsOf = (taken: Int32Array): number[] => REGIMES.map((_, state) => taken.filter((row) => regime[row] === state).length);

test('a sample of the regimes has the stated shares to the row, in order of time, each row once (C17)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1500 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 0, max: 1e6 }),
      (count, parts, seed) => {
        const total = parts.reduce((a, b) => a + b, 0);
        const shares = parts.map((part) => part / total);
        const taken = stratifiedRows(ROWS, regime, { count, shares, random: makeRandom(seed) });
        assert.equal(taken.length, count);
        taken.forEach((row, i) => assert.ok(i === 0 || row > taken[i - 1]!));
        countsOf(taken).forEach((found, state) => assert.ok(Math.abs(found - shares[state]! * count) < 1, `${found} of ${count} for ${shares[state]}`));
      },
    ),
  );
});

test('without shares each regime keeps its own', () => {
  const taken = stratifiedRows(ROWS, regime, { count: 1440, random: makeRandom(1) });
  const [all, found] = [countsOf(ROWS), countsOf(taken)];
  found.forEach((value, state) => assert.ok(Math.abs(value - (all[state]! / ROWS.length) * 1440) < 1));
});

test('shares that are met exactly are, worked by hand: 0.3, 0.3 and 0.4 of 10 rows', () => {
  const stratum = Int32Array.from({ length: 30 }, (_, i) => i % 3);
  const taken = stratifiedRows(Int32Array.from(stratum.keys()), stratum, { count: 10, shares: [0.3, 0.3, 0.4], random: makeRandom(2) });
  assert.deepEqual(
    [0, 1, 2].map((value) => taken.filter((row) => stratum[row] === value).length),
    [3, 3, 4],
  );
});

test('within a stratum every row is as likely as another', () => {
  const random = makeRandom(8);
  const hits = new Int32Array(10);
  const rows = Int32Array.from({ length: 10 }, (_, i) => i);
  for (let i = 0; i < 10_000; i++)
    for (const row of stratifiedRows(
      rows,
      rows.map((row) => row % 2),
      { count: 4, shares: [0.5, 0.5], random },
    ))
      hits[row]!++;
  // Each is in 40 % of the samples: four standard deviations of Binomial(10000, 0.4) are 196.
  hits.forEach((count) => assert.ok(Math.abs(count - 4000) < 196, `${[...hits].join(' ')}`));
});

test('too few rows of a stratum are insufficient data, and shares or counts out of range are refused', () => {
  const random = makeRandom(1);
  const stratum = Int32Array.of(0, 0, 0, 1);
  const rows = Int32Array.of(0, 1, 2, 3);
  assert.throws(() => stratifiedRows(rows, stratum, { count: 4, shares: [0.5, 0.5], random }), {
    name: 'InsufficientData',
    message: /2 rows of stratum 1 .*found 1/,
  });
  assert.throws(() => stratifiedRows(rows, stratum, { count: 5, random }), /number of rows \(4\), found 5/);
  assert.throws(() => stratifiedRows(rows, stratum, { count: 2, shares: [0.5, 0.6], random }), /sum to 1/);
});
