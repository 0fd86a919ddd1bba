/** Order-book features on books small enough to work by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { makeTable } from '../../../core/data/table.js';
import { bookDepth, depthImbalance, depthTrend, frontShare } from '../../../core/features/order-book/book-depth.js';
import { orderFlowImbalance, quotesPerTrade } from '../../../core/features/order-book/order-flow.js';
import { microprice, queueImbalance } from '../../../core/features/order-book/queue-imbalance.js';
import { closingSpread, effectiveSpread, middlePrice } from '../../../core/features/order-book/quoted-spread.js';
import { depthConsumed, depthTurnover, liquidityAdjustedReturn } from '../../../core/features/microstructure/liquidity-adjusted.js';
import { joinQuotes } from '../../../core/order-book/join-quotes.js';
import { recordedQuoteBars } from '../../../adapters/recorded-book/index.js';
import { featureBars } from '../../support/feature-bars.js';
import { RECORDED_BOOKS, recordedPaths } from '../../support/recorded-books.js';
import { testData } from '../../support/test-data.js';

/** Two bars: best bid 100 for 3 and best ask 101 for 1, then the queues turned; 30 bid and 10 offered within 1 %, then 20 and 20. */
function knownBook(): Bars {
  const names = ['bid', 'ask', 'bidQuantity', 'askQuantity', 'bidDepth', 'askDepth', 'orderFlowImbalance', 'quoteUpdates'];
  const bars = makeBars(2, names);
  bars.close.set([101, 100.5]);
  bars.volume.set([8, 12]);
  bars.takerBuyVolume.set([4, 10]);
  bars.tradeCount.set([4, 1]);
  const values = { bid: [100, 100], ask: [101, 101], bidQuantity: [3, 1], askQuantity: [1, 3], bidDepth: [30, 20], askDepth: [10, 20] };
  for (const [name, column] of Object.entries({ ...values, orderFlowImbalance: [4, -6], quoteUpdates: [19, 0] })) bars.extras[name]!.set(column);
  return bars;
}

const near = (found: number | undefined, expected: number): void => assert.ok(Math.abs(found! - expected) < 1e-12, `${found} against ${expected}`);

test('a known book gives its imbalance, microprice, spreads and depth (D13, D4, D5)', () => {
  const bars = knownBook();
  assert.deepEqual([...queueImbalance(bars)], [0.5, -0.5]);
  assert.deepEqual([...middlePrice(bars)], [100.5, 100.5]);
  assert.deepEqual([...microprice(bars)], [100.75, 100.25]);
  near(closingSpread(bars)[0], 1 / 100.5);
  near(effectiveSpread(bars)[0], 1 / 100.5);
  assert.equal(effectiveSpread(bars)[1], 0);
  assert.deepEqual([...depthImbalance(bars)], [0.5, 0]);
  assert.deepEqual([...bookDepth(bars)], [40, 40]);
  near(frontShare(bars)[0], Math.log(4 / 40));
  near(depthTrend(bars, 2)[1], 0);
});

test('order flow is told in units of the queues it meets, and quotes per trade', () => {
  const bars = knownBook();
  // (4 - 6) over a mean queue of 2.
  assert.deepEqual([...orderFlowImbalance(bars, 2)], [Number.NaN, -1]);
  near(quotesPerTrade(bars)[0], Math.log(20 / 5));
  near(quotesPerTrade(bars)[1], Math.log(1 / 2));
});

test('an empty book has no imbalance and no flow', () => {
  const bars = knownBook();
  for (const name of ['bidQuantity', 'askQuantity', 'bidDepth', 'askDepth']) bars.extras[name]!.fill(0);
  assert.deepEqual([...queueImbalance(bars)], [0, 0]);
  assert.deepEqual([...depthImbalance(bars)], [0, 0]);
  assert.equal(orderFlowImbalance(bars, 2)[1], 0);
  assert.equal(depthConsumed(bars)[1], 0);
});

test('taker flow is measured against the side it met, as that stood before the bar (D15)', () => {
  const bars = knownBook();
  // Bought 10 of 12: 8 net against 10 offered at the close before.
  near(depthConsumed(bars)[1], 0.8);
  near(liquidityAdjustedReturn(bars)[1], Math.log(100.5 / 101) / 1.8);
  near(depthTurnover(bars, 2)[1], Math.log(1 + 20 / 40));
  bars.takerBuyVolume[1] = 0;
  near(depthConsumed(bars)[1], -12 / 30);
});

test('scaling the depth by k scales depth_consumed by 1 / k and turns the adjusted return into r / (1 + |flow| / (k depth)) (D15)', () => {
  const bars = featureBars(300, 7, 900_000);
  const consumed = depthConsumed(bars);
  const turnover = depthTurnover(bars, 8);
  for (const k of [0.5, 2, 16]) {
    const scaled: Bars = {
      ...bars,
      extras: { ...bars.extras, bidDepth: bars.extras['bidDepth']!.map((depth) => k * depth), askDepth: bars.extras['askDepth']!.map((depth) => k * depth) },
    };
    const [less, adjusted, turned] = [depthConsumed(scaled), liquidityAdjustedReturn(scaled), depthTurnover(scaled, 8)];
    for (let t = 8; t < 300; t++) {
      near(less[t]! * k, consumed[t]!);
      near(adjusted[t], Math.log(bars.close[t]! / bars.close[t - 1]!) / (1 + Math.abs(consumed[t]!) / k));
      near(Math.expm1(turned[t]!) * k, Math.expm1(turnover[t]!));
    }
    assert.deepEqual(depthImbalance(scaled), depthImbalance(bars));
  }
});

test('quote bars join the bars that close with them and no others', () => {
  const bars = makeBars(3, ['takerBuyCount']);
  bars.closeTimeMs.set([10, 20, 40]);
  const names = ['bid', 'ask', 'bidQuantity', 'askQuantity', 'quotedSpread', 'orderFlowImbalance', 'quoteUpdates', 'bidDepth', 'askDepth'];
  const closes = { openTimeMs: Float64Array.of(10, 20), closeTimeMs: Float64Array.of(20, 30) };
  const quotes = makeTable({ ...closes, ...Object.fromEntries(names.map((name, k) => [name, Float64Array.of(k, 10 + k)])) });
  const joined = joinQuotes(bars, quotes);
  assert.deepEqual(Object.keys(joined.extras), ['takerBuyCount', ...names]);
  names.forEach((name, k) => assert.deepEqual([...joined.extras[name]!], [Number.NaN, k, Number.NaN]));
});

test('recorded books give spreads near a cent and imbalances inside their range, minute by minute (D5, D13)', { skip: testData === null }, async () => {
  for (const book of RECORDED_BOOKS) {
    const { table } = await recordedQuoteBars(recordedPaths(testData!, book), { periodMs: 60_000, quotes: 'ticker' });
    const bars = makeBars(table.rowCount);
    bars.closeTimeMs.set(table.columns['closeTimeMs'] as Float64Array);
    const joined = joinQuotes(bars, table);
    const cents = middlePrice(joined).map((middle, t) => closingSpread(joined)[t]! * middle * 100);
    assert.ok(
      cents.every((spread) => spread > 0.99 && spread < 20),
      `${book.name}: ${cents.join(', ')}`,
    );
    for (const column of [queueImbalance(joined), depthImbalance(joined)]) assert.ok(column.every((value) => value > -1 && value < 1));
    assert.ok(microprice(joined).every((price, t) => price > joined.extras['bid']![t]! && price < joined.extras['ask']![t]!));
  }
});
