/** Microstructure features against what the trades themselves say, and against what was planted in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { FLOW_EXTRAS } from '../../../core/data/bar-extras.js';
import { fillBar } from '../../../core/bars/fill-bar.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { abdiRanaldoSpread } from '../../../core/features/microstructure/abdi-ranaldo-spread.js';
import { barJumpShare } from '../../../core/features/microstructure/bar-jumps.js';
import { informedTrading } from '../../../core/features/microstructure/informed-trading.js';
import { flowReturnCorrelation, kyleLambda } from '../../../core/features/microstructure/kyle-lambda.js';
import { illiquidityTrend } from '../../../core/features/microstructure/liquidity-adjusted.js';
import { takerCountImbalance, takerSizeRatio } from '../../../core/features/microstructure/taker-count.js';
import { flowPersistence, netFlow } from '../../../core/features/microstructure/trade-intensity.js';
import { jumpShare, tradeRollSpread } from '../../../core/features/microstructure/trade-variance.js';
import { makeRandom } from '../../../core/stats/random.js';

const MINUTE_MS = 60_000;
const near = (found: number | undefined, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(found! - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${found} against ${expected}`);

interface Trade {
  readonly price: number;
  readonly quantity: number;
  /** 1 = the taker bought, -1 = sold. */
  readonly side: number;
}

/** One-minute bars of lists of trades, by the bar engine's own fillBar. */
function barsOf(minutes: readonly (readonly Trade[])[]): Bars {
  const bars = makeBars(minutes.length, FLOW_EXTRAS);
  minutes.forEach((trades, row) => {
    bars.openTimeMs[row] = row * MINUTE_MS;
    bars.closeTimeMs[row] = (row + 1) * MINUTE_MS;
    const columns = {
      timeMs: new Float64Array(trades.length),
      price: Float64Array.from(trades, ({ price }) => price),
      quantity: Float64Array.from(trades, ({ quantity }) => quantity),
      buyerIsMaker: Uint8Array.from(trades, ({ side }) => (side === 1 ? 0 : 1)),
    };
    fillBar(bars, row, { trades: columns, from: 0, to: trades.length });
  });
  return bars;
}

/** Minutes of trades whose log price moves by impact x signed quantity + noise, shown with half a spread on the taker's side. */
function plantedMinutes(
  count: number,
  plan: { impact: number; noise: number; halfSpread?: number; buyShare?: number; seed: number },
): readonly (readonly Trade[])[] {
  const random = makeRandom(plan.seed);
  let log = Math.log(2000);
  return Array.from({ length: count }, () =>
    Array.from({ length: 60 }, () => {
      const side = random.uniform() < (plan.buyShare ?? 0.5) ? 1 : -1;
      const quantity = Math.exp(0.5 * random.normal());
      log += plan.impact * side * quantity + plan.noise * random.normal();
      return { price: Math.exp(log + side * (plan.halfSpread ?? 0)), quantity, side };
    }),
  );
}

/** Returns and signed quantities of all trades but each minute's first. */
function pairsOf(minutes: readonly (readonly Trade[])[]): readonly (readonly [r: number, q: number])[] {
  return minutes.flatMap((trades) => trades.slice(1).map(({ price, quantity, side }, i) => [Math.log(price / trades[i]!.price), side * quantity] as const));
}

test("Kyle's lambda is the regression through the origin of all trades in the window, and finds the planted impact", () => {
  const minutes = plantedMinutes(64, { impact: 2e-6, noise: 5e-6, seed: 3 });
  const bars = barsOf(minutes);
  for (const end of [31, 40, 63]) {
    const pairs = pairsOf(minutes.slice(end - 31, end + 1));
    const square = pairs.reduce((sum, [, q]) => sum + q * q, 0);
    const slope = pairs.reduce((sum, [r, q]) => sum + r * q, 0) / square;
    near(kyleLambda(bars, 32)[end], slope * Math.sqrt(square / (32 * 60)), 1e-9);
    assert.ok(Math.abs(slope / 2e-6 - 1) < 0.15, `slope ${slope}`);
    const variance = pairs.reduce((sum, [r]) => sum + r * r, 0);
    near(flowReturnCorrelation(bars, 32)[end], (slope * square) / Math.sqrt(square * variance), 1e-9);
  }
});

test('trades without impact have a lambda within three standard errors of zero', () => {
  const bars = barsOf(plantedMinutes(96, { impact: 0, noise: 5e-6, seed: 4 }));
  assert.ok(Math.abs(flowReturnCorrelation(bars, 96)[95]!) < 3 / Math.sqrt(96 * 59));
});

test('the informed-trading share is 1 where all buy, and about the chance level of a balanced flow where none is informed', () => {
  const oneSided = barsOf(plantedMinutes(8, { impact: 0, noise: 1e-6, buyShare: 1, seed: 5 }));
  near(informedTrading(oneSided, 8)[7], 1);
  // |sum of 12 trades of equal size| / 12 has mean 0.226; unequal sizes raise it.
  const balanced = informedTrading(barsOf(plantedMinutes(96, { impact: 0, noise: 1e-6, seed: 6 })), 96)[95]!;
  assert.ok(balanced > 0.2 && balanced < 0.32, `${balanced}`);
  const leaning = informedTrading(barsOf(plantedMinutes(96, { impact: 0, noise: 1e-6, buyShare: 0.85, seed: 6 })), 96)[95]!;
  assert.ok(leaning > balanced + 0.3, `${leaning}`);
});

test('the spread of bouncing trades is the planted one within a tenth (Roll 1984)', () => {
  const bars = barsOf(plantedMinutes(200, { impact: 0, noise: 1e-6, halfSpread: 2e-4, seed: 7 }));
  // Of 60 trades a minute 58 have a product: the mean over all is 58 / 60 of theirs.
  near(tradeRollSpread(bars, 200)[199], 4e-4 * Math.sqrt(58 / 60), 0.1 * 4e-4);
  assert.ok(Math.abs(tradeRollSpread(bars, 200)[199]! / (4e-4 * Math.sqrt(58 / 60)) - 1) < 0.1);
});

test('one large move among small ones is told as a jump, and small ones alone are not', () => {
  const minutes = plantedMinutes(32, { impact: 0, noise: 1e-5, seed: 8 });
  const calm = jumpShare(barsOf(minutes), 32)[31]!;
  assert.ok(calm < 0.06, `${calm}`);
  const jumping = minutes.map((trades, m) =>
    m === 20 ? trades.map((trade, i) => (i < 30 ? trade : { ...trade, price: trade.price * Math.exp(2e-3) })) : trades,
  );
  const share = jumpShare(barsOf(jumping), 32)[31]!;
  // The jump's square is 4e-6, all else 32 x 59 x 1e-10.
  assert.ok(share > 0.8, `${share}`);
});

test('a jump among closes has the share of its square', () => {
  const close = Float64Array.from({ length: 33 }, (_, t) => 100 * Math.exp((t % 2) * 0.001 + (t > 16 ? 0.5 : 0)));
  assert.ok(barJumpShare(close, 32)[32]! > 0.98);
  const alternating = Float64Array.from({ length: 33 }, (_, t) => 100 * Math.exp((t % 2) * 0.001));
  // Returns of one size: bipower is pi / 2 of the variance, so no jump.
  assert.equal(barJumpShare(alternating, 32)[32], 0);
});

test('taker counts, sizes and net flow on two bars by hand', () => {
  const trade = (side: number, quantity: number): Trade => ({ price: 100, quantity, side });
  const bars = barsOf([[trade(1, 4), trade(1, 2), trade(-1, 1), trade(1, 3)], [trade(-1, 5)]]);
  assert.deepEqual([...takerCountImbalance(bars)], [0.5, -1]);
  near(takerSizeRatio(bars)[0], Math.log(3));
  assert.equal(takerSizeRatio(bars)[1], 0);
  // Bought 9, sold 6.
  near(netFlow(bars, 2)[1], 3 / 15);
});

test('a flow that keeps its side is persistent, one that turns every bar is the contrary', () => {
  const bars = makeBars(200);
  bars.volume.fill(10);
  for (let t = 0; t < 200; t++) bars.takerBuyVolume[t] = Math.floor(t / 20) % 2 === 0 ? 8 : 2;
  assert.ok(flowPersistence(bars, 64)[150]! > 0.85);
  for (let t = 0; t < 200; t++) bars.takerBuyVolume[t] = t % 2 === 0 ? 8 : 2;
  near(flowPersistence(bars, 64)[150], -1, 1e-9);
});

test('the spread of Abdi and Ranaldo on two bars by hand, and 0 where the estimate is negative', () => {
  const bars = makeBars(3);
  bars.high.set([Math.exp(0.02), Math.exp(0.01), Math.exp(0.01)]);
  bars.low.set([1, Math.exp(-0.01), Math.exp(-0.03)]);
  bars.close.set([Math.exp(0.02), Math.exp(0.01), 1]);
  // Middles 0.01, 0, -0.01: 4 (0.02 - 0.01)(0.02 - 0) and 4 (0.01 - 0)(0.01 + 0.01).
  near(abdiRanaldoSpread(bars, 1)[1], Math.sqrt(8e-4));
  near(abdiRanaldoSpread(bars, 2)[2], Math.sqrt(8e-4));
  bars.close[0] = Math.exp(0.005);
  assert.equal(abdiRanaldoSpread(bars, 1)[1], 0);
});

test('the same moves on half the traded value are twice as illiquid', () => {
  const bars = makeBars(200);
  bars.close.forEach((_, t) => {
    bars.close[t] = t % 2 === 0 ? 100 : 101;
  });
  bars.volume.fill(10);
  bars.quoteVolume.fill(1000);
  near(illiquidityTrend(bars, 8, 96)[150], 0);
  bars.quoteVolume.fill(500, 143);
  // The last 8 at twice the ratio, the mean of 96 raised by 8 / 96.
  near(illiquidityTrend(bars, 8, 96)[150], Math.log(2 / (1 + 8 / 96)));
});

test('hourly bars made of minutes give the window features of the minutes themselves', () => {
  const minutes = barsOf(plantedMinutes(480, { impact: 1e-6, noise: 4e-6, seed: 9 }));
  const hours = resampleBars(minutes, 60 * MINUTE_MS);
  for (const feature of [kyleLambda, flowReturnCorrelation, informedTrading, jumpShare, tradeRollSpread]) {
    near(feature(hours, 8)[7], feature(minutes, 480)[479]!, 1e-9);
  }
});
