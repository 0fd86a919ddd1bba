import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { noShock, stressBars } from '../../../core/simulation/stress-bars.js';
import { STRESS_SCENARIOS } from '../../../core/simulation/stress-scenarios.js';
import { marketCrash } from '../../../core/simulation/stress-market-crash.js';
import { bootstrapPaths } from '../../../core/simulation/bootstrap-paths.js';
import { makeRandom } from '../../../core/stats/random.js';

const MINUTE = 60_000;
const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

function makeWalk(seed: number, count: number): Bars {
  const random = makeRandom(seed);
  const out: Record<string, Float64Array> = {};
  for (const name of ['openTimeMs', 'closeTimeMs', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume'])
    out[name] = new Float64Array(count);
  const bars = { ...out, extras: {} } as unknown as Bars;
  let price = 100;
  for (let i = 0; i < count; i++) {
    bars.openTimeMs[i] = i * MINUTE;
    bars.closeTimeMs[i] = (i + 1) * MINUTE;
    bars.open[i] = price * Math.exp(0.0002 * random.normal());
    bars.close[i] = bars.open[i]! * Math.exp(0.001 * random.normal());
    bars.high[i] = Math.max(bars.open[i]!, bars.close[i]!) * (1 + 0.0005 * random.uniform());
    bars.low[i] = Math.min(bars.open[i]!, bars.close[i]!) * (1 - 0.0005 * random.uniform());
    bars.volume[i] = 10;
    bars.tradeCount[i] = 5;
    price = bars.close[i]!;
  }
  return bars;
}

test('a shock of nothing changes no price by more than rounding', () => {
  const bars = makeWalk(1, 300);
  const found = stressBars(bars, 100 * MINUTE, noShock(200));
  for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) found[name].forEach((value, i) => close(value / bars[name][i]!, 1, 1e-12));
});

test('a gap moves every later price by its factor, a drift ends at its sum, earlier bars stay to the bit', () => {
  const bars = makeWalk(2, 300);
  const shock = noShock(200);
  shock.gap[50] = Math.log(0.8);
  shock.drift.fill(0.001, 60, 70);
  const found = stressBars(bars, 100 * MINUTE, shock);
  for (let i = 0; i < 100; i++) assert.equal(found.close[i], bars.close[i]);
  close(found.close[149]! / bars.close[149]!, 1, 1e-12);
  close(found.open[150]! / bars.open[150]!, 0.8, 1e-12);
  close(found.close[299]! / bars.close[299]!, 0.8 * Math.exp(0.01), 1e-12);
  assert.throws(() => stressBars(bars, 100 * MINUTE, noShock(5)), /shock of 200 bars, found 5/);
});

test('a scale of three triples every log move', () => {
  const bars = makeWalk(3, 50);
  const shock = noShock(50);
  shock.scale.fill(3);
  const found = stressBars(bars, 0, shock);
  for (let i = 1; i < 50; i++) close(Math.log(found.close[i]! / found.close[i - 1]!), 3 * Math.log(bars.close[i]! / bars.close[i - 1]!), 1e-12);
});

test('in every scenario bars stay well formed, bars before the test stay to the bit, and the seed fixes the path', () => {
  const bars = makeWalk(4, 2400);
  fc.assert(
    fc.property(fc.constantFrom(...STRESS_SCENARIOS), fc.integer({ min: 0, max: 1e6 }), (scenario, seed) => {
      const found = stressBars(bars, 400 * MINUTE, scenario.draw(2000, makeRandom(seed)));
      for (let i = 0; i < 2400; i++) {
        assert.ok(
          found.low[i]! > 0 && found.low[i]! <= Math.min(found.open[i]!, found.close[i]!) && found.high[i]! >= Math.max(found.open[i]!, found.close[i]!),
        );
        if (i < 400) assert.equal(found.close[i], bars.close[i]);
      }
      assert.deepEqual(stressBars(bars, 400 * MINUTE, scenario.draw(2000, makeRandom(seed))).close, found.close);
      assert.notDeepEqual(stressBars(bars, 400 * MINUTE, scenario.draw(2000, makeRandom(seed + 1))).close, found.close);
    }),
    { numRuns: 20 },
  );
});

test('the market crash takes 35 % off the path, doubled moves apart', () => {
  const shock = marketCrash.draw(6000, makeRandom(9));
  close(
    shock.drift.reduce((sum, value) => sum + value, 0),
    Math.log(0.65),
    1e-9,
  );
  assert.equal(shock.scale.filter((value) => value === 2).length, 1440);
});

test('bootstrap paths of a constant return compound it, and the mean total return is unbiased', () => {
  const steady = bootstrapPaths(new Float64Array(100).fill(0.01), { paths: 3, meanBlock: 5, random: makeRandom(1) });
  steady.totalReturn.forEach((value) => close(value, 1.01 ** 100 - 1, 1e-9));
  assert.deepEqual(Array.from(steady.maxDrawdown), [0, 0, 0]);
  const returns = Float64Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? -0.01 : 0.004));
  const drawn = bootstrapPaths(returns, { paths: 4000, meanBlock: 1, random: makeRandom(2) });
  const meanReturn = drawn.totalReturn.reduce((sum, value) => sum + value, 0) / 4000;
  // Independent draws: E[product] = (1 + mean)^n with mean 0.0012; standard error about 0.0006.
  close(meanReturn, 1.0012 ** 50 - 1, 0.003);
});
