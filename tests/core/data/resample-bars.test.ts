import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { BAR_COLUMNS, barCount, barsFromTable, sliceBars } from '../../../core/data/bars.js';
import { concatBars } from '../../../core/data/concat-bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { makeTable } from '../../../core/data/table.js';
import { InvalidData } from '../../../core/errors.js';
import { testData } from '../../support/test-data.js';

/** Bars [open minute, open, high, low, close, volume, takerBuyVolume] of one minute each. */
function minuteBars(rows: readonly (readonly number[])[]): Bars {
  const column = (i: number): Float64Array => Float64Array.from(rows, (row) => row[i]!);
  const openTimeMs = column(0).map((minute) => minute * 60_000);
  return barsFromTable(
    makeTable({
      openTimeMs,
      closeTimeMs: openTimeMs.map((time) => time + 60_000),
      open: column(1),
      high: column(2),
      low: column(3),
      close: column(4),
      volume: column(5),
      quoteVolume: column(5).map((v, i) => v * rows[i]![4]!),
      tradeCount: column(5).map(() => 1),
      takerBuyVolume: column(6),
    }),
  );
}

test('a coarse bar takes the first open, the extremes, the last close and the sums, worked by hand', () => {
  const fine = minuteBars([
    [10, 5, 7, 4, 6, 2, 1],
    [11, 6, 9, 5, 8, 3, 1],
    [14, 8, 8, 3, 4, 1, 0],
    [15, 4, 5, 4, 5, 7, 2],
  ]);
  const bars = resampleBars(fine, 300_000, 1_200_000);
  assert.deepEqual([...bars.openTimeMs], [600_000, 900_000]);
  assert.deepEqual([...bars.closeTimeMs], [900_000, 1_200_000]);
  assert.deepEqual([bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0], bars.takerBuyVolume[0], bars.tradeCount[0]], [5, 9, 3, 4, 6, 2, 3]);
  assert.equal(bars.quoteVolume[0], 2 * 6 + 3 * 8 + 1 * 4);
});

test('the last bar is dropped unless the data are known to reach its end', () => {
  const fine = minuteBars([
    [0, 1, 1, 1, 1, 1, 1],
    [5, 1, 1, 1, 1, 1, 1],
    [8, 1, 1, 1, 1, 1, 1],
  ]);
  assert.equal(barCount(resampleBars(fine, 300_000)), 1);
  assert.equal(barCount(resampleBars(fine, 300_000, 600_000)), 2);
  assert.equal(barCount(resampleBars(sliceBars(fine, 0, 0), 300_000)), 0);
});

test('an interval without fine bars stays out, and a missing taker volume stays missing', () => {
  const fine = minuteBars([
    [0, 1, 1, 1, 1, 1, Number.NaN],
    [1, 1, 1, 1, 1, 1, 3],
    [20, 1, 1, 1, 1, 1, 4],
  ]);
  const bars = resampleBars(fine, 300_000, 1_500_000);
  assert.deepEqual([...bars.openTimeMs], [0, 1_200_000]);
  assert.deepEqual([...bars.takerBuyVolume], [Number.NaN, 4]);
});

test('fine bars out of order, or across a grid line, are refused', () => {
  assert.throws(
    () =>
      resampleBars(
        minuteBars([
          [2, 1, 1, 1, 1, 1, 1],
          [1, 1, 1, 1, 1, 1, 1],
        ]),
        300_000,
      ),
    InvalidData,
  );
  const wide = minuteBars([[4, 1, 1, 1, 1, 1, 1]]);
  wide.closeTimeMs[0] = 360_000;
  assert.throws(() => resampleBars(wide, 300_000), /expected fine bars/);
});

const anyMinutes = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 120 }).map((minutes) => [...minutes].sort((a, b) => a - b));

test('volume is kept and extremes enclose prices, whatever the gaps', () => {
  fc.assert(
    fc.property(anyMinutes, (minutes) => {
      const fine = minuteBars(minutes.map((minute) => [minute, 10 + (minute % 7), 20 + (minute % 5), 5 - (minute % 3), 9 + (minute % 4), minute, 0]));
      const bars = resampleBars(fine, 900_000, 1e12);
      assert.equal(
        bars.volume.reduce((a, b) => a + b, 0),
        minutes.reduce((a, b) => a + b, 0),
      );
      for (let i = 0; i < barCount(bars); i++)
        assert.ok(bars.low[i]! <= Math.min(bars.open[i]!, bars.close[i]!) && bars.high[i]! >= Math.max(bars.open[i]!, bars.close[i]!));
    }),
    { numRuns: 200 },
  );
});

test('a bar is the same whatever comes after it: truncation invariance at 50 cuts', () => {
  const fine = minuteBars(Array.from({ length: 500 }, (_, i) => [i + (i > 200 ? 13 : 0), 10 + (i % 7), 20, 5, 9, i, 1]));
  const whole = resampleBars(fine, 900_000);
  for (let cut = 10; cut <= 500; cut += 10) {
    const part = resampleBars(sliceBars(fine, 0, cut), 900_000);
    for (const name of BAR_COLUMNS) assert.deepEqual(part[name], whole[name].slice(0, barCount(part)));
  }
});

test('two steps of resampling equal one', () => {
  const fine = minuteBars(Array.from({ length: 300 }, (_, i) => [2 * i, 10 + (i % 7), 20, 5, 9, i, 1]));
  assert.deepEqual(resampleBars(resampleBars(fine, 300_000, 3_600_000), 900_000, 3_600_000), resampleBars(fine, 900_000, 3_600_000));
});

test('parts concatenate in order, empty ones count for nothing, and an overlap is refused', () => {
  const day = minuteBars([
    [0, 1, 1, 1, 1, 1, 1],
    [5, 1, 1, 1, 1, 1, 1],
  ]);
  const next = minuteBars([[6, 2, 2, 2, 2, 2, 2]]);
  assert.deepEqual([...concatBars([day, sliceBars(day, 0, 0), next]).openTimeMs], [0, 300_000, 360_000]);
  assert.throws(() => concatBars([next, day]), InvalidData);
  assert.equal(barCount(concatBars([])), 0);
});

test("1m bars of ETHUSDT resample to the exchange's own 30m bars in all prices and in volume", { skip: testData === null && 'no real data' }, () => {
  const read = (name: string): number[][] =>
    gunzipSync(readFileSync(join(testData!, 'klines', name)))
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number));
  const fine = minuteBars(read('ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz').map(([time, ...rest]) => [time! / 60_000, ...rest, Number.NaN]));
  const bars = resampleBars(fine, 1_800_000);
  const oracle = new Map(read('ETHUSDT-perp-30m-2025-03-18_2025-07-25.csv.gz').map((row) => [row[0]!, row]));
  let compared = 0;
  // The first bar begins before the 1m series does.
  for (let i = 1; i < barCount(bars); i++) {
    const row = oracle.get(bars.openTimeMs[i]!)!;
    assert.deepEqual([bars.open[i], bars.high[i], bars.low[i], bars.close[i]], row.slice(1, 5));
    assert.ok(Math.abs(bars.volume[i]! - row[5]!) < 1e-6);
    compared++;
  }
  assert.equal(compared, 2005);
});
