import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cusumEvents, volatilityThresholds } from '../../../core/labels/cusum-events.js';
import { eventBars } from '../../../core/labels/event-bars.js';
import { exponentialVolatility } from '../../../core/labels/exponential-volatility.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

const along = (changes: readonly number[]): Float64Array => {
  let log = 0;
  const later = changes.map((change) => {
    log += change;
    return Math.exp(log);
  });
  return Float64Array.from([1, ...later]);
};
const of = (changes: readonly number[], threshold: number): number[] => [...cusumEvents(along(changes), new Float64Array(changes.length + 1).fill(threshold))];

test('sums of rises and falls are kept apart and reset at zero, worked by hand', () => {
  // Up sum 0.02, 0.04 (event), then 0.02; down sum -0.04 (event): the fall began from zero, whatever came before.
  assert.deepEqual(of([0.02, 0.02, 0.02, -0.04], 0.035), [2, 4]);
  // A rise that is taken back leaves nothing to add to.
  assert.deepEqual(of([0.03, -0.03, 0.03, -0.03], 0.035), []);
});

test('an event needs the sum to lie strictly beyond the threshold', () => {
  assert.deepEqual([...cusumEvents(Float64Array.of(1, 2), Float64Array.of(0, Math.log(2)))], []);
  assert.deepEqual([...cusumEvents(Float64Array.of(1, 2), Float64Array.of(0, Math.log(2) - 1e-12))], [1]);
});

test('after each event of one sign at least the threshold must be covered anew', () => {
  // Thousandths, and a threshold half a thousandth beside them: no sum lies on it, so rounding decides nothing.
  const changes = fc.array(
    fc.integer({ min: -50, max: 50 }).map((value) => value / 1000),
    { minLength: 1, maxLength: 200 },
  );
  const thresholds = fc.integer({ min: 1, max: 100 }).map((value) => (value + 0.5) / 1000);
  fc.assert(
    fc.property(changes, thresholds, (moves, threshold) => {
      const events = of(moves, threshold);
      const travelled = moves.reduce((sum, move) => sum + Math.abs(move), 0);
      assert.ok(events.length * threshold <= travelled + 1e-9);
      assert.ok(events.every((bar, i) => bar > 0 && bar <= moves.length && (i === 0 || bar > events[i - 1]!)));
      // Rises and falls are judged alike.
      assert.deepEqual(
        of(
          moves.map((move) => -move),
          threshold,
        ),
        events,
      );
    }),
  );
});

test('where the volatility is not known there is no event and the sums begin anew', () => {
  const thresholds = Float64Array.of(0, 0.03, Number.NaN, 0.03, 0.03);
  assert.deepEqual([...cusumEvents(along([0.02, 0.02, 0.02, 0.02]), thresholds)], [4]);
});

test("a bar's threshold is the volatility of the bar before", () => {
  assert.deepEqual([...volatilityThresholds(Float64Array.of(1, 2, 3), 2)], [Number.NaN, 2, 4]);
});

test('events are truncation invariant at 200 random cuts (M3.1.1)', () => {
  const bars = walkBars(800, 3);
  const full = eventBars(bars.close, exponentialVolatility(bars.close), { events: 'cusum', cusumThreshold: 1.5 });
  assert.ok(full.reduce((a, b) => a + b, 0) > 100);
  const random = makeRandom(4);
  for (let i = 0; i < 200; i++) {
    const rows = 1 + random.below(800);
    const close = bars.close.slice(0, rows);
    assert.deepEqual(eventBars(close, exponentialVolatility(close), { events: 'cusum', cusumThreshold: 1.5 }), full.slice(0, rows));
  }
});

test('the threshold in units of volatility does not mind the size of the moves, and a higher one gives fewer events', () => {
  const { close } = walkBars(3000, 5);
  const calm = close.map((price) => 2000 * (price / 2000) ** 0.1);
  const count = (prices: Float64Array, units: number): number =>
    eventBars(prices, exponentialVolatility(prices), { events: 'cusum', cusumThreshold: units }).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(count(close, 1) - count(calm, 1)) <= 2);
  assert.ok(count(close, 1) > count(close, 2) && count(close, 2) > count(close, 4) && count(close, 4) > 0);
});

test('without a rule, as in a choice made before there was one, every bar is an event', () => {
  assert.deepEqual([...eventBars(Float64Array.of(1, 2), Float64Array.of(Number.NaN, 1), {})], [1, 1]);
});

test('thresholds of another length are refused', () => {
  assert.throws(() => cusumEvents(Float64Array.of(1, 2), Float64Array.of(1)), RangeError);
});
