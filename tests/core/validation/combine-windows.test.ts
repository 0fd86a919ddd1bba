import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EquityCurve } from '../../../core/backtest/backtest-result.js';
import { combineFigures, concatenateEquity } from '../../../core/validation/combine-windows.js';

const DAY_MS = 86_400_000;

const curve = (fromDay: number, equity: readonly number[]): EquityCurve => ({
  timeMs: Float64Array.from(equity, (_, i) => (fromDay + i) * DAY_MS),
  equity: Float64Array.from(equity),
  position: new Float64Array(equity.length).fill(0.5),
  price: new Float64Array(equity.length).fill(100),
});

test('a window begins with the capital that the one before it left', () => {
  const whole = concatenateEquity([curve(0, [1, 1.1]), curve(5, [1, 0.5, 0.8])]);
  assert.deepEqual([...whole.equity], [1, 1.1, 1.1, 0.55, 1.1 * 0.8]);
  assert.deepEqual([...whole.position], [0.5, 0.5, 0.55, 0.55, 0.55]);
  assert.deepEqual(
    [...whole.timeMs].map((time) => time / DAY_MS),
    [0, 1, 5, 6, 7],
  );
});

test('the combined figures are those of the returns one after another, none formed across two windows', () => {
  // Returns 0.1, -0.5, 0.6: mean 1/15, deviation (ddof 1) 0.5507571, times sqrt(365).
  const found = combineFigures([curve(0, [1, 1.1]), curve(5, [1, 0.5, 0.8])], DAY_MS);
  assert.equal(found.observations, 3);
  assert.ok(Math.abs(found.netReturn - (1.1 * 0.8 - 1)) < 1e-12);
  assert.ok(Math.abs(found.maxDrawdown - 0.5) < 1e-12);
  assert.ok(Math.abs(found.sharpe! - (1 / 15 / 0.5507570547) * Math.sqrt(365)) < 1e-7, `found ${found.sharpe}`);
});

test('windows without a position have no Sharpe ratio', () => {
  const found = combineFigures([curve(0, [1, 1, 1])], DAY_MS);
  assert.equal(found.sharpe, null);
  assert.equal(found.probabilisticSharpe, null);
  assert.equal(found.netReturn, 0);
});
