import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponentialDeviation, exponentialVolatility } from '../../../core/labels/exponential-volatility.js';
import { makeRandom } from '../../../core/stats/random.js';
import { integerBars, walkBars } from '../../support/synthetic-bars.js';

function close(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs(actual! - expected) <= 1e-12 + 1e-10 * Math.abs(expected), `${actual} against ${expected}`);
}

test('volatility equals pandas 3.1 ewm(span=50).std() of log returns', () => {
  const volatility = exponentialVolatility(integerBars().close);
  close(volatility[100], 0.002995022236569054);
  close(volatility[299], 0.002821752096013552);
});

test('the deviation of 1 and 3 is the root of 2 at any span', () => {
  for (const span of [1.5, 3, 100]) close(exponentialDeviation(Float64Array.of(1, 3), span)[1], Math.SQRT2);
});

test('volatility is NaN until 20 returns are known, and 0 for prices that stand still', () => {
  const volatility = exponentialVolatility(new Float64Array(40).fill(5));
  assert.ok(volatility.slice(0, 20).every(Number.isNaN));
  assert.ok(volatility.slice(20).every((value) => value === 0));
});

test('volatility passes truncation invariance at 50 random cuts', () => {
  const { close: prices } = walkBars(400, 3);
  const full = exponentialVolatility(prices);
  const random = makeRandom(8);
  for (let i = 0; i < 50; i++) {
    const rows = 1 + random.below(400);
    assert.ok(Object.is(exponentialVolatility(prices.slice(0, rows))[rows - 1], full[rows - 1]));
  }
});
