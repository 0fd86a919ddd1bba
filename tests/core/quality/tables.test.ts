/** Columns, order, duplicates, gaps, standing prices and volume spikes: rules on tables small enough to check by eye. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeTable } from '../../../core/data/table.js';
import { findColumnFaults } from '../../../core/quality/column-faults.js';
import { daysOfGaps, findIdGaps, findTimeGaps } from '../../../core/quality/gaps.js';
import { findStaleBars, findVolumeSpikes } from '../../../core/quality/price-runs.js';
import { findDisorder, findDuplicates } from '../../../core/quality/row-order.js';
import { walkBars } from '../../support/synthetic-bars.js';

const times = (...values: number[]): Float64Array => Float64Array.from(values);

test('a column that is missing, of another type, NaN, infinite or too small is named with row and value', () => {
  const table = makeTable({
    price: times(1, Number.NaN, 3, Number.POSITIVE_INFINITY),
    quantity: times(1, 0, -2, 0),
    side: Int32Array.of(1, 1, -1, 1),
  });
  const faults = findColumnFaults(table, {
    price: { type: 'double' },
    quantity: { type: 'double', least: 0, exclusive: true },
    side: { type: 'boolean' },
    id: { type: 'double' },
  });
  assert.deepEqual(
    faults.map(({ column, kind, count, row }) => [column, kind, count, row]),
    [
      ['price', 'not finite', 2, 1],
      ['quantity', 'too small', 3, 1],
      ['side', 'type', 0, -1],
      ['id', 'missing', 0, -1],
    ],
  );
  assert.equal(faults[0]!.detail, 'expected price as a finite number, found NaN in row 1 and 1 more');
});

test('a nullable column may be NaN but not infinite, and a least value that is allowed is no fault', () => {
  const table = makeTable({ rate: times(Number.NaN, 0), spread: times(Number.NEGATIVE_INFINITY, Number.NaN) });
  const faults = findColumnFaults(table, { rate: { type: 'double', nullable: true, least: 0 }, spread: { type: 'double', nullable: true } });
  assert.deepEqual(
    faults.map(({ column, kind, count }) => [column, kind, count]),
    [['spread', 'not finite', 1]],
  );
});

test('rows below the greatest key before them are out of order, equal keys are not', () => {
  assert.deepEqual(findDisorder(times(1, 3, 2, 3, 5, 4, 4)), [2, 5, 6]);
  assert.deepEqual(findDisorder(times()), []);
});

test('a row again is exact where every column is equal, conflicting where one differs, in any order of the rows', () => {
  const ordered = makeTable({ id: times(1, 2, 2, 3, 3, 3), price: times(10, 11, 11, 12, 13, 12), side: ['a', 'b', 'b', 'c', 'c', 'c'] });
  assert.deepEqual(findDuplicates(ordered, 'id'), { exact: [2, 5], conflicting: [4] });
  const mixed = makeTable({ id: times(3, 1, 3, 2, 1), price: times(12, 10, 12, 11, 99) });
  assert.deepEqual(findDuplicates(mixed, 'id'), { exact: [2], conflicting: [4] });
});

test('duplicates of rows in order are those found with a map over rows out of order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), { minLength: 1, maxLength: 60 }), (rows) => {
      const sorted = [...rows].sort((a, b) => a[0] - b[0]);
      const table = (list: readonly (readonly [number, number])[]) =>
        makeTable({ id: times(...list.map(([id]) => id)), price: times(...list.map(([, price]) => price)) });
      const found = findDuplicates(table(sorted), 'id');
      // A row with a huge id in front puts everything out of order and is no duplicate itself.
      const moved = findDuplicates(table([[1000, 0], ...sorted]), 'id');
      assert.deepEqual({ exact: moved.exact.map((row) => row - 1), conflicting: moved.conflicting.map((row) => row - 1) }, found);
      assert.equal(found.exact.length + found.conflicting.length, rows.length - new Set(rows.map(([id]) => id)).size);
    }),
  );
});

test('bars missing from the grid are counted with their place, also towards the ends of the window', () => {
  const open = times(2000, 3000, 6000, 7000);
  assert.deepEqual(findTimeGaps(open, 1000), [{ afterRow: 1, missing: 2, fromMs: 4000, toMs: 6000 }]);
  assert.deepEqual(findTimeGaps(open, 1000, { fromMs: 0, toMs: 9500 }), [
    { afterRow: -1, missing: 2, fromMs: 0, toMs: 2000 },
    { afterRow: 1, missing: 2, fromMs: 4000, toMs: 6000 },
    { afterRow: 3, missing: 1, fromMs: 8000, toMs: 9500 },
  ]);
  assert.deepEqual(findTimeGaps(times(), 1000, { fromMs: 0, toMs: 3000 }), [{ afterRow: -1, missing: 3, fromMs: 0, toMs: 3000 }]);
});

test('missing ids are counted between trades, and before the first where the last id is known', () => {
  const ids = times(5, 6, 9);
  assert.deepEqual(findIdGaps(ids, times(10, 20, 30)), [{ afterRow: 1, missing: 2, fromMs: 20, toMs: 30 }]);
  assert.deepEqual(findIdGaps(ids, times(10, 20, 30), 2)[0], { afterRow: -1, missing: 2, fromMs: 10, toMs: 10 });
});

test('the days that gaps touch are named once each: what a repair fetches again', () => {
  const day = 86_400_000;
  const gap = (fromMs: number, toMs: number) => ({ afterRow: 0, missing: 1, fromMs, toMs });
  assert.deepEqual(daysOfGaps([gap(0.5 * day, 2 * day), gap(0.9 * day, 0.95 * day), gap(4.2 * day, 4.2 * day)]), ['1970-01-01', '1970-01-02', '1970-01-05']);
});

test('a deleted day is among the days of the gaps it leaves, and no other', () => {
  const bars = walkBars(5 * 24, 1, 3_600_000);
  const kept = bars.openTimeMs.filter((timeMs) => new Date(timeMs).toISOString().slice(0, 10) !== '2024-01-03');
  assert.equal(kept.length, 4 * 24);
  assert.deepEqual(daysOfGaps(findTimeGaps(kept, 3_600_000)), ['2024-01-03']);
});

test('ten bars in a row at the close before them are stale, nine are not, and a move within a bar ends the run', () => {
  const bars = walkBars(60, 3);
  const freeze = (from: number, count: number): void => {
    for (let row = from; row < from + count; row++) for (const name of ['open', 'high', 'low', 'close'] as const) bars[name][row] = bars.close[from - 1]!;
  };
  freeze(5, 9);
  freeze(20, 10);
  freeze(40, 20);
  bars.high[50]! *= 1.01;
  assert.deepEqual(findStaleBars(bars), [...Array.from({ length: 10 }, (_, k) => 20 + k), ...Array.from({ length: 10 }, (_, k) => 40 + k)]);
});

test('a volume above fifty medians of the bars before it stands out, and later volumes change nothing', () => {
  const volume = Float64Array.from({ length: 30 }, (_, i) => 1 + (i % 3));
  volume[20] = 101;
  volume[25] = 100;
  assert.deepEqual(findVolumeSpikes(volume, { window: 5, times: 50 }), [20]);
  assert.deepEqual(findVolumeSpikes(volume.subarray(0, 21), { window: 5, times: 50 }), [20]);
  assert.deepEqual(findVolumeSpikes(times(0, 0, 0, 0, 0, 7), { window: 5, times: 50 }), []);
});

test('volume spikes are those of the median found by sorting', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 6, maxLength: 40 }), (values) => {
      const volume = times(...values);
      const expected = values.flatMap((value, i) => {
        const usual = i < 5 ? 0 : [...values.slice(i - 5, i)].sort((a, b) => a - b)[2]!;
        return usual > 0 && value > 3 * usual ? [i] : [];
      });
      assert.deepEqual(findVolumeSpikes(volume, { window: 5, times: 3 }), expected);
    }),
  );
});
