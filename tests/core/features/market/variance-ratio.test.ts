import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hurstExponent } from '../../../../core/features/market/variance-ratio.js';
import { walkBars } from '../../../support/synthetic-bars.js';

const WINDOW = 16;
/** Bars until the window over the longest returns is full. */
const WARM_UP = WINDOW + 7;

const exponents = (price: (t: number) => number): Float64Array =>
  hurstExponent(
    Float64Array.from({ length: 60 }, (_, t) => price(t)),
    WINDOW,
  );

test('the Hurst exponent is 0 where returns over a longer lag cancel exactly, and 0.5 where no price moved', () => {
  const swings = { pairs: [100, 101], fours: [100, 101, 103, 101], eights: [100, 101, 103, 104, 106, 104, 103, 101] };
  for (const [name, prices] of Object.entries(swings)) {
    const found = exponents((t) => prices[t % prices.length]!);
    assert.deepEqual([...found.subarray(0, WARM_UP)], Array<number>(WARM_UP).fill(Number.NaN), name);
    assert.deepEqual([...found.subarray(WARM_UP)], Array<number>(60 - WARM_UP).fill(0), name);
  }
  assert.ok(exponents(() => 100).every((value, t) => (t < WARM_UP ? Number.isNaN(value) : value === 0.5)));
});

test('a missing close leaves the Hurst exponent unknown as long as any of its windows holds it, the price swinging or not', () => {
  const walk = walkBars(60, 3).close;
  for (const price of [(t: number) => 100 + (t % 2), (t: number) => walk[t]!]) {
    const found = exponents((t) => (t === 28 ? Number.NaN : price(t)));
    found.forEach((value, t) => assert.equal(Number.isNaN(value), t < WARM_UP || (t >= 28 && t < 28 + WINDOW + 8), `bar ${t} is ${value}`));
  }
});
