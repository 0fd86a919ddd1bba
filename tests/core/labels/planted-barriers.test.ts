/** The preliminary search finds barriers that were planted (A27). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { exponentialVolatility } from '../../../core/labels/exponential-volatility.js';
import type { LabelChoice } from '../../../core/labels/label-choice.js';
import { searchLabelParameters } from '../../../core/labels/search-label-parameters.js';
import type { Random } from '../../../core/stats/random.js';
import { makeRandom } from '../../../core/stats/random.js';

const MINUTE_MS = 60_000;
const EPISODES = 40;
const CALM_BARS = 48;

/**
 * After a jump, in the jump's direction and in units of the volatility known then: 0.8 against it first (a stop at 0.5 is met, and no target of who bets
 * against the jump), up to 2.3 eight bars on (a target at 2 is met, one at 3 is not, and after 4 bars there is nothing yet), then back.
 */
const AFTER_JUMP = [-0.4, -0.8, -0.6, 0.2, 0.9, 1.5, 1.9, 2.3, 1.2, 0.2, -0.2, -0.3];
/** A target at 1 is met, none further on, and then there is nothing left. */
const SHORT_MOVE = [0.4, 0.8, 1.25, 0.1, 0, -0.2, 0.1, 0, -0.1, 0.1, 0, 0];

/** Calm stretches, each ended by a jump of 14 calm deviations up or down and the planted path; 3 in 10 episodes walk at random instead. */
function plant(path: readonly number[], random: Random): Bars {
  const closes = [100];
  const add = (logReturn: number): void => void closes.push(closes[closes.length - 1]! * Math.exp(logReturn));
  for (let episode = 0; episode < EPISODES; episode++) {
    for (let i = 0; i < CALM_BARS; i++) add(0.001 * random.normal());
    const side = random.uniform() < 0.5 ? 1 : -1;
    add(0.014 * side);
    const unit = exponentialVolatility(Float64Array.from(closes)).at(-1)!;
    const isPlanted = random.uniform() < 0.7;
    path.forEach((level, i) => add(unit * (isPlanted ? side * (level - (path[i - 1] ?? 0)) + 0.05 * random.normal() : 0.6 * random.normal())));
  }
  return barsAlong(closes);
}

/** Bars that open at the last close and go nowhere else than from there to their own. */
function barsAlong(closes: readonly number[]): Bars {
  const bars = makeBars(closes.length);
  closes.forEach((close, t) => {
    const open = closes[t - 1] ?? close;
    bars.openTimeMs[t] = t * MINUTE_MS;
    bars.closeTimeMs[t] = (t + 1) * MINUTE_MS;
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close);
    bars.low[t] = Math.min(open, close);
  });
  return bars;
}

/** The search over twelve candidates at the jumps: no other bar moves by 8 volatilities. */
function search(bars: Bars): LabelChoice {
  return searchLabelParameters(bars, exponentialVolatility(bars.close), {
    takeProfit: [1, 2, 3],
    stopLoss: [0.5, 2],
    holdingBars: [4, 12],
    periodMs: MINUTE_MS,
    folds: 4,
    embargoMs: 12 * MINUTE_MS,
    costPerFill: 0.0002,
    events: 'cusum',
    cusumThreshold: 8,
  });
}

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

for (const [name, path, planted] of [
  ['target 2, stop 2 and 12 bars', AFTER_JUMP, [2, 2, 12]],
  ['target 1', SHORT_MOVE, [1, null, null]],
] as const) {
  test(`planted ${name}: found among twelve candidates in at least 18 of 20 seeds`, () => {
    const found = SEEDS.map((seed) => {
      const { takeProfit, stopLoss, holdingBars, status } = search(plant(path, makeRandom(seed)));
      return { seed, status, choice: [takeProfit, stopLoss, holdingBars] };
    });
    const wrong = found.filter(({ status, choice }) => status !== 'chosen' || choice.some((value, i) => planted[i] !== null && value !== planted[i]));
    assert.ok(wrong.length <= 2, JSON.stringify(wrong));
  });
}

test('where every episode walks at random no candidate stands out: the best score is one that chance gives among twelve', () => {
  const scores = SEEDS.map((seed) => Math.max(...search(plant([], makeRandom(seed))).candidates.map(({ score }) => score ?? 0)));
  const planted = Math.max(...search(plant(AFTER_JUMP, makeRandom(1))).candidates.map(({ score }) => score ?? 0));
  assert.ok(Math.max(...scores) < planted, `${Math.max(...scores)} by chance, ${planted} planted`);
});
