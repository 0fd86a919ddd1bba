/** The point-in-time join against its definition and Qlib's known answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KnownSeries } from '../../../core/data/as-of-join.js';
import { joinAsOf } from '../../../core/data/as-of-join.js';

const day = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const FOREVER = Number.POSITIVE_INFINITY;

function series(rows: readonly (readonly [time: number, knownAt: number, value: number])[]): KnownSeries {
  const column = (k: 0 | 1 | 2): Float64Array => Float64Array.from(rows, (row) => row[k]);
  return { timeMs: column(0), knownAtMs: column(1), value: column(2) };
}

/** Return on equity of Kweichow Moutai: the first quarter of 2019, then the second, first published as 0 and revised three days later. */
const moutai = series([
  [day('2019-03-31'), day('2019-04-25'), 0.094737],
  [day('2019-06-30'), day('2019-07-15'), 0],
  [day('2019-06-30'), day('2019-07-18'), 0.175322],
]);

test("a revised quarter gives the answers of Qlib's point-in-time test (M3.1.4)", () => {
  const dates = ['2019-04-24', '2019-04-25', '2019-07-14', '2019-07-15', '2019-07-17', '2019-07-18', '2019-07-19'];
  assert.deepEqual([...joinAsOf(Float64Array.from(dates, day), moutai, FOREVER)], [Number.NaN, 0.094737, 0.094737, 0, 0, 0.175322, 0.175322]);
});

test('a late revision of an older time does not hide a newer one', () => {
  const late = series([
    [10, 10, 1],
    [20, 20, 2],
    [10, 25, 3],
  ]);
  assert.deepEqual([...joinAsOf(Float64Array.of(10, 19, 20, 25, 30), late, FOREVER)], [1, 1, 2, 2, 2]);
});

test('a value is good up to its time to live and no longer', () => {
  const one = series([[100, 130, 7]]);
  assert.deepEqual([...joinAsOf(Float64Array.of(129, 130, 150, 151), one, 50)], [Number.NaN, 7, 7, Number.NaN]);
});

test('a series that knows nothing gives NaN', () => {
  assert.deepEqual([...joinAsOf(Float64Array.of(1, 2), series([]), FOREVER)], [Number.NaN, Number.NaN]);
});

const rows = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 12 }), fc.double({ min: -9, max: 9, noNaN: true })), { maxLength: 25 })
  .map((list) => list.map(([time, delay, value]) => [time, time + delay, value] as const).sort((a, b) => a[1] - b[1]));

test('the join equals a search of every row for every time, and knows nothing of rows that come later', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 30 }), (list, timeToLiveMs) => {
      const times = Float64Array.from({ length: 60 }, (_, i) => i);
      const joined = joinAsOf(times, series(list), timeToLiveMs);
      times.forEach((now, i) => {
        let best: (typeof list)[number] | null = null;
        for (const row of list) if (row[1] <= now && (best === null || row[0] >= best[0])) best = row;
        const expected = best === null || now - best[0] > timeToLiveMs ? Number.NaN : best[2];
        assert.ok(Object.is(joined[i], expected), `at ${now}: ${joined[i]} against ${expected}`);
        const known = list.filter((row) => row[1] <= now);
        assert.ok(Object.is(joinAsOf(Float64Array.of(now), series(known), timeToLiveMs)[0], expected));
      });
    }),
    { numRuns: 60 },
  );
});
