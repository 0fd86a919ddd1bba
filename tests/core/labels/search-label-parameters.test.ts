import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { sliceBars } from '../../../core/data/bars.js';
import { exponentialVolatility } from '../../../core/labels/exponential-volatility.js';
import { searchLabelParameters } from '../../../core/labels/search-label-parameters.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

const MINUTE_MS = 60_000;
const OPTIONS = { takeProfit: [3], stopLoss: [3], holdingBars: [16, 2], periodMs: MINUTE_MS, folds: 4, embargoMs: 16 * MINUTE_MS, costPerFill: 0 };

/** Prices that rise for `half` bars and fall for `half` bars by 0.1 % a bar, with noise of a third of it. */
function waves(half: number, count = 600): Bars {
  const random = makeRandom(21);
  const bars = makeBars(count);
  let log = Math.log(100);
  for (let t = 0; t < count; t++) {
    const open = Math.exp(log);
    log += (Math.floor(t / half) % 2 === 0 ? 1 : -1) * 0.001 + 0.0003 * random.normal();
    const close = Math.exp(log);
    bars.openTimeMs[t] = t * MINUTE_MS;
    bars.closeTimeMs[t] = (t + 1) * MINUTE_MS;
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close);
    bars.low[t] = Math.min(open, close);
  }
  return bars;
}

const search = (bars: Bars, options: Partial<typeof OPTIONS> = {}): ReturnType<typeof searchLabelParameters> =>
  searchLabelParameters(bars, exponentialVolatility(bars.close), { ...OPTIONS, ...options });

test('the planted holding period is found: half a short wave, not two whole ones', () => {
  const choice = search(waves(8), { takeProfit: [50], stopLoss: [50] });
  assert.equal(choice.status, 'chosen');
  assert.equal(choice.holdingBars, 2);
  assert.equal(choice.holdingMs, 2 * MINUTE_MS);
});

test('with waves sixteen times as long the longer holding is chosen on the same grid', () => {
  const choice = search(waves(128, 2000), { takeProfit: [50], stopLoss: [50], holdingBars: [1, 16], costPerFill: 0.002 });
  assert.equal(choice.holdingBars, 16);
});

test('every candidate stands beside the choice, in the stated order, with a score a fold', () => {
  const choice = search(waves(8), { takeProfit: [1, 2], stopLoss: [1, 3], holdingBars: [2, 4] });
  assert.deepEqual(
    choice.candidates.map(({ takeProfit, stopLoss, holdingBars }) => [takeProfit, stopLoss, holdingBars]),
    [
      [1, 1, 2],
      [1, 1, 4],
      [1, 3, 2],
      [1, 3, 4],
      [2, 1, 2],
      [2, 1, 4],
      [2, 3, 2],
      [2, 3, 4],
    ],
  );
  const best = Math.max(...choice.candidates.map(({ score }) => score!));
  const winner = choice.candidates.find(({ score }) => score === best)!;
  assert.deepEqual([choice.takeProfit, choice.stopLoss, choice.holdingBars], [winner.takeProfit, winner.stopLoss, winner.holdingBars]);
  for (const { score, foldScores } of choice.candidates) {
    assert.equal(foldScores.length, 4);
    assert.ok(Math.abs(score! - foldScores.reduce<number>((sum, value) => sum + value!, 0) / 4) < 1e-12);
  }
});

test('of equal candidates the first is chosen', () => {
  // Barriers this far are never met, so both candidates give the same trades.
  const choice = search(waves(8), { takeProfit: [90, 80], stopLoss: [90], holdingBars: [2] });
  assert.equal(choice.candidates[0]!.score, choice.candidates[1]!.score);
  assert.equal(choice.takeProfit, 90);
});

test('too little data is a result: the first candidate stands, and the reason is given', () => {
  const choice = search(sliceBars(waves(8), 0, 30));
  assert.equal(choice.status, 'insufficient');
  assert.deepEqual([choice.takeProfit, choice.holdingBars], [3, 16]);
  assert.match(choice.reason, /first candidate stands/);
});

test('on a walk no candidate looks predictable: scores are within what chance gives', () => {
  const choice = search(walkBars(2000, 31), { takeProfit: [1, 2], stopLoss: [1], holdingBars: [4, 8] });
  for (const { score } of choice.candidates) assert.ok(Math.abs(score!) < 2.5, `score ${score}`);
});

test('no candidates are refused', () => {
  assert.throws(() => search(waves(8), { takeProfit: [] }), RangeError);
});
