import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { barsFromTable, barsToTable } from '../../../core/data/bars.js';
import { takeRows } from '../../../core/data/table.js';
import { InsufficientData } from '../../../core/errors.js';
import { compareSources, SOURCE_TOLERANCE } from '../../../core/quality/compare-sources.js';
import { walkBars } from '../../support/synthetic-bars.js';

const MINUTE_MS = 60_000;
const options = { ...SOURCE_TOLERANCE, periodMs: MINUTE_MS };

const shifted = (bars: Bars, periods: number): Bars => ({ ...bars, openTimeMs: bars.openTimeMs.map((timeMs) => timeMs + periods * MINUTE_MS) });
const scaled = (bars: Bars, factor: number): Bars => ({ ...bars, close: bars.close.map((close) => close * factor) });

test('a series agrees with itself: no shift, scale 1, correlation 1', () => {
  const bars = walkBars(200, 1);
  const found = compareSources(bars, bars, options);
  assert.deepEqual([found.faults, found.rows, found.shift, found.scale, found.volumeScale, found.disagreeing], [[], 200, 0, 1, 1, 0]);
  assert.ok(Math.abs(found.correlation - 1) < 1e-12);
});

test('a scaled copy is caught with its factor, a shifted one with its shift, whatever they are (C10)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: -5, max: 5 }), fc.double({ min: 0.25, max: 4, noNaN: true }), (seed, periods, factor) => {
      const bars = walkBars(300, seed);
      const found = compareSources(bars, scaled(shifted(bars, periods), factor), options);
      assert.equal(found.shift, periods);
      assert.ok(Math.abs(found.scale / factor - 1) < 1e-9);
      assert.deepEqual(found.faults, [...(periods === 0 ? [] : ['shifted']), ...(Math.abs(Math.log(factor)) > 0.01 ? ['scaled'] : [])]);
    }),
  );
});

test('another walk is unrelated, and gaps of one source are no fault', () => {
  const bars = walkBars(400, 1);
  assert.ok(compareSources(bars, walkBars(400, 2), options).faults.includes('unrelated'));
  const kept = Int32Array.from({ length: 400 }, (_, row) => row).filter((row) => row % 7 !== 3);
  const found = compareSources(bars, barsFromTable(takeRows(barsToTable(bars), kept)), options);
  assert.deepEqual([found.faults, found.rows, found.shift], [[], kept.length, 0]);
});

test('single bars that are apart by more than the tolerance are counted', () => {
  const bars = walkBars(400, 1);
  const other = { ...bars, close: bars.close.slice() };
  for (const row of [50, 150, 250]) other.close[row]! *= 1.02;
  const found = compareSources(bars, other, { ...options, correlation: 0.2 });
  assert.deepEqual([found.faults, found.disagreeing], [['disagreeing'], 3]);
});

test('a source that stands still is unrelated, and too short a common time is refused', () => {
  const bars = walkBars(100, 1);
  assert.deepEqual(compareSources(bars, { ...bars, close: new Float64Array(100).fill(bars.close[50]!) }, options).faults.slice(0, 1), ['unrelated']);
  assert.throws(() => compareSources(bars, shifted(bars, 90), options), InsufficientData);
});
