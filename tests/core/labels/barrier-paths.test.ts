/** Labels against the minute paths within their bars, walked by a slow and separate implementation (E2), and what holds for any path. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { barCount } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { exponentialVolatility } from '../../../core/labels/exponential-volatility.js';
import { computeTripleBarrier } from '../../../core/labels/triple-barrier.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';
import { testData } from '../../support/test-data.js';

const PERIOD_MS = 900_000;

interface SlowLabel {
  readonly label: number;
  readonly barrier: number;
  readonly endMs: number;
  /** Both barriers were met within the bar that decided. */
  readonly both: boolean;
}

interface SlowOptions {
  readonly fine: Bars;
  /** Close of the labelled bar and its price. */
  readonly fromMs: number;
  readonly price: number;
  readonly upper: number;
  readonly lower: number;
  readonly deadlineMs: number;
}

/** Walks every minute after the bar; what is met within one analyst bar is known at that bar's close, and the stop first where both are. */
function walkMinutes({ fine, fromMs, price, upper, lower, deadlineMs }: SlowOptions): SlowLabel {
  let last = price;
  for (let endMs = fromMs + PERIOD_MS; endMs <= deadlineMs; endMs += PERIOD_MS) {
    const minutes = [...fine.closeTimeMs.keys()].filter((m) => fine.closeTimeMs[m]! > endMs - PERIOD_MS && fine.closeTimeMs[m]! <= endMs);
    const meetsUpper = minutes.some((m) => fine.high[m]! >= upper);
    const meetsLower = minutes.some((m) => fine.low[m]! <= lower);
    if (meetsLower) return { label: 0, barrier: -1, endMs, both: meetsUpper };
    if (meetsUpper) return { label: 1, barrier: 1, endMs, both: false };
    last = fine.close[minutes.at(-1)!]!;
  }
  return { label: last > price ? 1 : 0, barrier: 0, endMs: deadlineMs, both: false };
}

/** Labels of `sampled` bars compared; how many of them a bar with both barriers decided. */
function compare(fine: Bars, options: { sampled: number; seed: number; takeProfit: number; stopLoss: number; bars: number }): number {
  const bars = resampleBars(fine, PERIOD_MS);
  const volatility = exponentialVolatility(bars.close);
  const { takeProfit, stopLoss } = options;
  const holdingMs = options.bars * PERIOD_MS;
  const labels = computeTripleBarrier(bars, volatility, { takeProfit, stopLoss, holdingMs });
  const random = makeRandom(options.seed);
  let both = 0;
  for (let i = 0; i < options.sampled; i++) {
    const t = 30 + random.below(barCount(bars) - 30 - options.bars);
    // Minutes near the bar, so that the slow walk looks at few.
    const first = fine.closeTimeMs.findIndex((time) => time > bars.closeTimeMs[t]!);
    const near = (column: Float64Array): Float64Array => column.slice(first, first + 15 * options.bars);
    const path = { ...fine, closeTimeMs: near(fine.closeTimeMs), high: near(fine.high), low: near(fine.low), close: near(fine.close) };
    const slow = walkMinutes({
      fine: path,
      fromMs: bars.closeTimeMs[t]!,
      price: bars.close[t]!,
      upper: bars.close[t]! * Math.exp(takeProfit * volatility[t]!),
      lower: bars.close[t]! * Math.exp(-stopLoss * volatility[t]!),
      deadlineMs: bars.closeTimeMs[t]! + holdingMs,
    });
    assert.deepEqual([labels.label[t], labels.barrier[t], labels.labelEndMs[t]], [slow.label, slow.barrier, slow.endMs], `bar ${t}`);
    if (slow.both) both++;
  }
  return both;
}

test('1,000 sampled labels of a walk are those of its minute paths, of bars that meet both barriers too', () => {
  const both = compare(walkBars(30_000, 6), { sampled: 1000, seed: 1, takeProfit: 0.5, stopLoss: 0.5, bars: 6 });
  assert.ok(both > 50, `${both} labels by a bar that met both`);
  compare(walkBars(30_000, 7), { sampled: 300, seed: 2, takeProfit: 2, stopLoss: 1, bars: 8 });
});

test('500 sampled labels of real ETHUSDT bars are those of the minute paths', {
  skip: testData === null ? 'no real market data: set ARES_TEST_DATA' : false,
}, () => {
  const text = gunzipSync(readFileSync(join(testData!, 'klines', 'ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz'))).toString();
  const rows = text
    .trim()
    .split('\n')
    .slice(1, 30_001)
    .map((line) => line.split(',').map(Number));
  // From the first quarter of an hour on.
  const from = rows.findIndex(([openMs]) => openMs! % PERIOD_MS === 0);
  const fine = makeBars(rows.length - from);
  rows.slice(from).forEach(([openMs, open, high, low, close], t) => {
    fine.openTimeMs[t] = openMs!;
    fine.closeTimeMs[t] = openMs! + 60_000;
    [fine.open[t], fine.high[t], fine.low[t], fine.close[t]] = [open!, high!, low!, close!];
  });
  const both = compare(fine, { sampled: 500, seed: 3, takeProfit: 0.7, stopLoss: 0.7, bars: 8 });
  assert.ok(both > 5, `${both} labels by a bar that met both`);
});

const barriers = fc.record({
  takeProfit: fc.double({ min: 0.1, max: 4, noNaN: true }),
  stopLoss: fc.double({ min: 0.1, max: 4, noNaN: true }),
  holding: fc.integer({ min: 1, max: 20 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

test('any target pays exactly its distance, any stop costs at least its own, and the label is the sign of the return', () => {
  fc.assert(
    fc.property(barriers, ({ takeProfit, stopLoss, holding, seed }) => {
      const bars = walkBars(120, seed);
      const volatility = exponentialVolatility(bars.close);
      const labels = computeTripleBarrier(bars, volatility, { takeProfit, stopLoss, holdingMs: holding * 60_000 });
      labels.label.forEach((label, t) => {
        if (Number.isNaN(label)) return;
        const [value, unit] = [labels.logReturn[t]!, volatility[t]!];
        if (labels.barrier[t] === 1) assert.ok(Math.abs(value - takeProfit * unit) < 1e-12);
        if (labels.barrier[t] === -1) assert.ok(value <= -stopLoss * unit + 1e-12);
        if (labels.barrier[t] === 0) assert.ok(value < takeProfit * unit && value > -stopLoss * unit);
        assert.equal(label, value > 0 ? 1 : 0);
        assert.ok(labels.labelEndMs[t]! > bars.closeTimeMs[t]! && labels.labelEndMs[t]! <= bars.closeTimeMs[t]! + holding * 60_000);
      });
    }),
    { numRuns: 60 },
  );
});

test('in the mirror of the prices a short trade is what the long one was', () => {
  fc.assert(
    fc.property(barriers, ({ takeProfit, stopLoss, holding, seed }) => {
      const bars = walkBars(120, seed);
      const invert = (values: Float64Array): Float64Array => values.map((value) => 1 / value);
      const mirror = { ...bars, open: invert(bars.open), close: invert(bars.close), high: invert(bars.low), low: invert(bars.high) };
      const volatility = exponentialVolatility(bars.close);
      const long = computeTripleBarrier(bars, volatility, { takeProfit, stopLoss, holdingMs: holding * 60_000 });
      const short = computeTripleBarrier(mirror, volatility, { takeProfit, stopLoss, holdingMs: holding * 60_000, side: -1 });
      long.logReturn.forEach((value, t) => {
        assert.ok(Number.isNaN(value) ? Number.isNaN(short.logReturn[t]!) : Math.abs(value + short.logReturn[t]!) < 1e-9);
        assert.ok(long.barrier[t] === -short.barrier[t]! || (long.barrier[t] === 0 && short.barrier[t] === 0));
      });
    }),
    { numRuns: 60 },
  );
});

test('meta-labels of the two sides agree on one outcome, save where a bar meets both barriers: then both trades are stopped', () => {
  fc.assert(
    fc.property(barriers, ({ takeProfit, holding, seed }) => {
      const bars = walkBars(120, seed);
      const volatility = exponentialVolatility(bars.close);
      const options = { takeProfit, stopLoss: takeProfit, holdingMs: holding * 60_000 };
      const [long, short] = ([1, -1] as const).map((side) => computeTripleBarrier(bars, volatility, { ...options, side }));
      long!.label.forEach((label, t) => {
        if (Object.is(label, short!.label[t])) return;
        assert.deepEqual([long!.barrier[t], short!.barrier[t], long!.labelEndMs[t]], [-1, 1, short!.labelEndMs[t]]);
      });
    }),
    { numRuns: 60 },
  );
});
