import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { sliceBars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { exponentialVolatility } from '../../../core/labels/exponential-volatility.js';
import { computeTripleBarrier } from '../../../core/labels/triple-barrier.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

/** Bars one ms long from [open, high, low, close] rows; bar i closes at i + 1. */
function barsOf(rows: readonly (readonly [number, number, number, number])[]): Bars {
  const bars = makeBars(rows.length);
  rows.forEach(([open, high, low, close], t) => {
    bars.openTimeMs[t] = t;
    bars.closeTimeMs[t] = t + 1;
    bars.open[t] = open;
    bars.high[t] = high;
    bars.low[t] = low;
    bars.close[t] = close;
  });
  return bars;
}

const FLAT = [100, 100.5, 99.5, 100] as const;
const BARRIERS = { takeProfit: 1, stopLoss: 1, holdingMs: 3 };
/** One unit of volatility is 1 %: barriers of a close of 100 lie at 101.005 and 99.005. */
const first = (
  rows: readonly (readonly [number, number, number, number])[],
  options: Partial<Parameters<typeof computeTripleBarrier>[2]> = {},
): [number, number, number, number] => {
  const labels = computeTripleBarrier(barsOf(rows), new Float64Array(rows.length).fill(0.01), { ...BARRIERS, ...options });
  return [labels.label[0]!, labels.barrier[0]!, labels.labelEndMs[0]!, Math.round(labels.logReturn[0]! * 1e6) / 1e6];
};

test("the upper barrier met first is up, known at the close of that bar, at the barrier's price", () => {
  assert.deepEqual(first([FLAT, FLAT, [100, 101.1, 99.9, 100.2], FLAT]), [1, 1, 3, 0.01]);
});

test('the lower barrier met first is down', () => {
  assert.deepEqual(first([FLAT, [100, 100.2, 99, 99.5], [100, 105, 100, 105], FLAT]), [0, -1, 2, -0.01]);
});

test('a bar that meets both barriers counts for the stop, on either side', () => {
  const rows = [FLAT, [100, 102, 98, 101], FLAT, FLAT] as const;
  assert.deepEqual(first(rows), [0, -1, 2, -0.01]);
  assert.deepEqual(first(rows, { side: -1 }), [1, 1, 2, 0.01]);
});

test('a stop that a bar opens beyond fills at that open', () => {
  assert.deepEqual(first([FLAT, [98, 98.5, 97.5, 98], FLAT, FLAT])[3], Math.round(Math.log(0.98) * 1e6) / 1e6);
});

test('a vertical touch counts by the sign of the return, and a zero return as down', () => {
  assert.deepEqual(first([FLAT, FLAT, FLAT, [100, 100.4, 99.9, 100.3]]), [1, 0, 4, Math.round(Math.log(1.003) * 1e6) / 1e6]);
  assert.deepEqual(first([FLAT, FLAT, FLAT, FLAT]), [0, 0, 4, 0]);
});

test("the row's own bar decides nothing", () => {
  assert.deepEqual(first([[100, 150, 50, 100], FLAT, FLAT, FLAT]), [0, 0, 4, 0]);
});

test('an outcome that the data does not reach is NaN, never down (M3.1.5)', () => {
  assert.deepEqual(first([FLAT, FLAT, FLAT]), [Number.NaN, 0, Number.NaN, Number.NaN]);
});

test('a row without volatility has no label', () => {
  const labels = computeTripleBarrier(barsOf([FLAT, FLAT, FLAT, FLAT, FLAT]), Float64Array.of(0, Number.NaN, 0.01, 0.01, 0.01), { ...BARRIERS, holdingMs: 1 });
  assert.deepEqual([...labels.label], [Number.NaN, Number.NaN, 0, 0, Number.NaN]);
});

test('over a gap the last close by the vertical barrier counts; a holding time without any bar has no label', () => {
  const rows = barsOf([FLAT, [100, 100.4, 99.9, 100.2], FLAT, FLAT]);
  // Bars 2 and 3 come 10 ms later.
  for (const column of [rows.openTimeMs, rows.closeTimeMs]) for (const t of [2, 3]) column[t] = column[t]! + 10;
  const labels = computeTripleBarrier(rows, new Float64Array(4).fill(0.01), BARRIERS);
  assert.deepEqual([labels.label[0], labels.labelEndMs[0], labels.label[1]], [1, 4, Number.NaN]);
});

test('a wider target is met no sooner', () => {
  const bars = walkBars(300, 4);
  const volatility = exponentialVolatility(bars.close);
  const [near, far] = [1, 2].map((takeProfit) => computeTripleBarrier(bars, volatility, { takeProfit, stopLoss: 1, holdingMs: 8 * 60_000 }));
  for (let t = 0; t < 300; t++) if (far!.barrier[t] === 1) assert.ok(near!.barrier[t] === 1 && near!.labelEndMs[t]! <= far!.labelEndMs[t]!);
});

test('labels and their times pass truncation invariance: each is what it was once its end is known (M3.1.1)', () => {
  const bars = walkBars(500, 5);
  const volatility = exponentialVolatility(bars.close);
  const options = { takeProfit: 1.5, stopLoss: 1, holdingMs: 8 * 60_000 };
  const full = computeTripleBarrier(bars, volatility, options);
  const random = makeRandom(6);
  for (let i = 0; i < 50; i++) {
    const rows = 1 + random.below(500);
    const cut = computeTripleBarrier(sliceBars(bars, 0, rows), exponentialVolatility(bars.close.slice(0, rows)), options);
    for (let t = 0; t < rows; t++) {
      const isKnown = full.labelEndMs[t]! <= bars.closeTimeMs[rows - 1]!;
      assert.ok(Object.is(cut.label[t], isKnown ? full.label[t] : Number.NaN), `label ${t} of ${rows}`);
      assert.ok(Object.is(cut.labelEndMs[t], isKnown ? full.labelEndMs[t] : Number.NaN), `end ${t} of ${rows}`);
    }
  }
});

test('no label stays open longer than the holding time', () => {
  const bars = walkBars(500, 7);
  const labels = computeTripleBarrier(bars, exponentialVolatility(bars.close), { takeProfit: 3, stopLoss: 3, holdingMs: 4 * 60_000 });
  labels.labelEndMs.forEach((end, t) => {
    if (!Number.isNaN(end)) assert.ok(end > bars.closeTimeMs[t]! && end <= bars.closeTimeMs[t]! + 4 * 60_000);
  });
});
