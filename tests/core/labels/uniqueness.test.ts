import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { computeUniqueness, effectiveSampleSize } from '../../../core/labels/uniqueness.js';

const of = (spans: readonly (readonly [number, number])[]): Float64Array =>
  computeUniqueness(
    Float64Array.from(spans, ([start]) => start),
    Float64Array.from(spans, ([, end]) => end),
  );

test('spans of bars 0-2, 2-3 and 4-5 have uniqueness 5/6, 3/4 and 1, overall 0.857143 (M3.3.19)', () => {
  const uniqueness = of([
    [0, 3],
    [2, 4],
    [4, 6],
  ]);
  [5 / 6, 3 / 4, 1].forEach((expected, i) => assert.ok(Math.abs(uniqueness[i]! - expected) < 1e-12));
  // Overall: total time covered over the summed lengths of the spans, 6 bars over 7.
  const lengths = [3, 2, 2];
  const overall = lengths.reduce((sum, length, i) => sum + length * uniqueness[i]!, 0) / 7;
  assert.ok(Math.abs(overall - 0.857143) < 1e-6);
  assert.ok(Math.abs(effectiveSampleSize(uniqueness) - (5 / 6 + 3 / 4 + 1)) < 1e-12);
});

test('order does not matter, and a label without an end counts for nothing', () => {
  assert.deepEqual(
    [
      ...of([
        [4, 6],
        [0, Number.NaN],
        [2, 4],
        [0, 3],
      ]),
    ].map((value) => Math.round(value * 1e12) / 1e12),
    [1, Number.NaN, 0.75, 0.833333333333],
  );
});

test('a label that ends before or when it starts is refused', () => {
  assert.throws(() => of([[5, 5]]), RangeError);
  assert.throws(() => computeUniqueness(new Float64Array(2), new Float64Array(1)), RangeError);
});

test('uniqueness equals the mean of 1 / concurrency over the bars of each span, and its time-sum is the time covered', () => {
  const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 10 })), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(spans, (list) => {
      const uniqueness = of(list.map(([start, length]) => [start, start + length] as const));
      const open = Array.from({ length: 60 }, (_, bar) => list.filter(([start, length]) => bar >= start && bar < start + length).length);
      let total = 0;
      list.forEach(([start, length], i) => {
        let sum = 0;
        for (let bar = start; bar < start + length; bar++) sum += 1 / open[bar]!;
        assert.ok(Math.abs(uniqueness[i]! - sum / length) < 1e-9);
        total += uniqueness[i]! * length;
      });
      assert.ok(Math.abs(total - open.filter((count) => count > 0).length) < 1e-9);
    }),
  );
});

test('100,000 overlapping labels take less than a second', () => {
  const startMs = Float64Array.from({ length: 100_000 }, (_, i) => i);
  const start = performance.now();
  const uniqueness = computeUniqueness(
    startMs,
    startMs.map((time) => time + 8),
  );
  assert.ok(performance.now() - start < 1000);
  assert.ok(Math.abs(uniqueness[50_000]! - 1 / 8) < 1e-9);
});
