import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GARCH_ALPHA, GARCH_BETA, garchForecastRatio } from '../../../../core/features/volatility/garch-forecast.js';
import { integerBars } from '../../../support/synthetic-bars.js';

test('values on the integer walk are those of a numpy 2.2.6 loop over the formula, forecasts one by one', () => {
  const ratio = garchForecastRatio(integerBars().close);
  for (const [t, expected] of [
    [128, 1],
    [129, 0.9373697533139385],
    [200, 0.7210989521670946],
    [299, 0.8445047380056959],
  ] as const)
    assert.ok(Math.abs(ratio[t]! - expected) < 1e-10, `bar ${t}: ${ratio[t]} against ${expected}`);
  assert.ok(ratio.slice(0, 128).every(Number.isNaN));
});

test('after a jump it is above 1 and falls back bar by bar, and still prices give 1', () => {
  const close = Float64Array.from({ length: 400 }, (_, t) => (t < 300 ? 100 + (t % 2) : 120 + (t % 2)));
  const ratio = garchForecastRatio(close);
  assert.ok(ratio[300]! > 1.5);
  for (let t = 301; t < 312; t++) assert.ok(ratio[t]! < ratio[t - 1]!);
  assert.ok(
    garchForecastRatio(new Float64Array(300).fill(7))
      .slice(128)
      .every((value) => value === 1),
  );
});

test('the parameters are the benchmark ones and stationary', () => {
  assert.deepEqual([GARCH_ALPHA, GARCH_BETA], [0.153134, 0.805974]);
  assert.ok(GARCH_ALPHA + GARCH_BETA < 1);
});
