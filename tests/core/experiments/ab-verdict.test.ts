import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideAb } from '../../../core/experiments/ab-verdict.js';
import { pooledDecisions } from '../../../core/experiments/pooled-decisions.js';
import { sharpeDifference } from '../../../core/experiments/sharpe-difference.js';
import { makeRandom } from '../../../core/stats/random.js';

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

const draw = (seed: number, count: number, drift = 0): Float64Array => {
  const random = makeRandom(seed);
  return Float64Array.from({ length: count }, () => drift + random.normal());
};
const options = (seed: number) => ({ paths: 400, meanBlock: 1, confidence: 0.95, random: makeRandom(seed) });

test('the standard error is the closed form for independent normal returns: sqrt((2 + (s1^2 + s2^2) / 2) / n) (Jobson and Korkie 1981)', () => {
  const found = sharpeDifference(draw(1, 40_000, 0.1), draw(2, 40_000, 0.3), { ...options(3), paths: 1 })!;
  close(found.difference, 0.2, 4 * found.standardError);
  close(found.standardError, Math.sqrt((2 + (0.01 + 0.09) / 2) / 40_000), 0.03 * found.standardError);
});

test('without a true difference about one interval in twenty excludes 0 (M3.5.33)', () => {
  let rejected = 0;
  for (let seed = 0; seed < 200; seed++) {
    const found = sharpeDifference(draw(1000 + seed, 150, 0.1), draw(5000 + seed, 150, 0.1), { ...options(seed), paths: 200 })!;
    if (found.low > 0 || found.high < 0) rejected++;
  }
  // Binomial(200, 0.05): 10 expected, 3.1 standard deviation.
  assert.ok(rejected >= 2 && rejected <= 20, `${rejected} of 200`);
});

test('the same returns twice give no winner (M3.5.33)', () => {
  const returns = draw(7, 500, 0.2);
  const found = decideAb({ returns, trades: 100 }, { returns: returns.slice(), trades: 100 }, { minimumTrades: 30, paths: 200, random: makeRandom(1) });
  assert.equal(found.verdict, 'no difference');
  assert.equal(found.difference, null);
});

test('a far better challenger wins, a far better champion too, and the sign follows', () => {
  const weak = { returns: draw(1, 800, 0), trades: 100 };
  const strong = { returns: draw(2, 800, 0.5), trades: 100 };
  const rule = { minimumTrades: 30, paths: 300, random: makeRandom(4) };
  assert.equal(decideAb(weak, strong, rule).verdict, 'challenger');
  assert.equal(decideAb(strong, weak, rule).verdict, 'champion');
});

test('too few trades, too short a track or an objection give no verdict, with the reason', () => {
  const weak = { returns: draw(1, 40, 0), trades: 100 };
  // Better by 0.01 +- 0.1 a period: a Sharpe ratio of 0.1 of the difference, which needs some 270 periods.
  const strong = { returns: weak.returns.map((value, i) => value + 0.01 + (i % 2 === 0 ? 0.1 : -0.1)), trades: 100 };
  const rule = { minimumTrades: 30, paths: 100, random: makeRandom(4) };
  const thin = decideAb(weak, { ...strong, trades: 3 }, rule);
  assert.equal(thin.verdict, 'no verdict');
  assert.match(thin.reason, /champion 100 and challenger 3 trades; both need 30/);
  const short = decideAb(weak, strong, rule);
  assert.equal(short.verdict, 'no verdict');
  assert.match(short.reason, /^40 observations; the paired difference needs 2\d\d$/);
  assert.equal(decideAb(weak, strong, { ...rule, objection: 'seen before' }).reason, 'seen before');
  assert.equal(decideAb({ returns: new Float64Array(40), trades: 100 }, strong, rule).verdict, 'no verdict');
});

test('the pooled champion takes its own side and its probability of it', () => {
  const one = Float64Array.of(0.7, 0.4);
  const found = pooledDecisions({
    signalTimeMs: Float64Array.of(1, 2),
    entryTimeMs: Float64Array.of(5, 6),
    side: Int32Array.of(-1, -1),
    analyst: one,
    tactician: one,
    pooled: one,
    volatility: one,
    regimes: new Float64Array(8),
  });
  assert.deepEqual([...found.side], [1, -1]);
  assert.deepEqual([...found.tactician], [0.7, 0.6]);
  assert.deepEqual([...found.entryTimeMs], [1, 2]);
});
