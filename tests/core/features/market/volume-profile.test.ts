import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeBars } from '../../../../core/data/make-bars.js';
import { valueArea, volumeProfile } from '../../../../core/features/market/volume-profile.js';
import { walkBars } from '../../../support/synthetic-bars.js';

test('a profile by hand: four bars between 100 and 124 put their volume at their typical prices', () => {
  const bars = makeBars(4);
  // Typical prices 104, 110, 110 and 121: one unit a level, so levels 4, 10, 10 and 21.
  bars.high.set([108, 112, 111, 124]);
  bars.low.set([100, 108, 109, 118]);
  bars.close.set([104, 110, 110, 121]);
  bars.volume.set([5, 20, 30, 10]);
  const { volumes, bottom, step } = volumeProfile(bars, 0, 4);
  assert.deepEqual([bottom, step], [100, 1]);
  assert.deepEqual(
    [...volumes].flatMap((volume, level) => (volume > 0 ? [[level, volume]] : [])),
    [
      [4, 5],
      [10, 50],
      [21, 10],
    ],
  );
  // 50 of 65 is 77 %: the point of control alone is the value area.
  assert.deepEqual(valueArea(volumes), { control: 10, from: 10, to: 10 });
});

test('the value area grows by the heavier neighbour, upwards of equal ones, until it holds 70 %', () => {
  assert.deepEqual(valueArea(Float64Array.of(10, 15, 40, 15, 20)), { control: 2, from: 2, to: 4 });
  assert.deepEqual(valueArea(Float64Array.of(1, 1, 1, 1)), { control: 0, from: 0, to: 2 });
});

test('a profile sums to the traded volume of its bars, and its value area holds 70 % of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 150 }), fc.integer({ min: 2, max: 150 }), (seed, from, count) => {
      const bars = walkBars(300, seed);
      const { volumes } = volumeProfile(bars, from, from + count);
      const total = bars.volume.slice(from, from + count).reduce((a, b) => a + b);
      assert.ok(Math.abs(volumes.reduce((a, b) => a + b) - total) < 1e-9 * total);
      const area = valueArea(volumes);
      const held = volumes.slice(area.from, area.to + 1).reduce((a, b) => a + b);
      assert.ok(held >= 0.7 * total * (1 - 1e-12) && area.from <= area.control && area.control <= area.to);
    }),
    { numRuns: 50 },
  );
});
