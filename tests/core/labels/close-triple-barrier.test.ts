/** The close-price mode against mlfinpy 0.1.2's labels of real dollar bars, and the book's example. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { lowerBound } from '../../../core/data/bars.js';
import { garmanKlassVolatility, parkinsonVolatility } from '../../../core/features/volatility/range-volatility.js';
import { fractionalDifference, fractionalWeights } from '../../../core/features/market/fractional-difference.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { computeCloseTripleBarrier } from '../../../core/labels/close-triple-barrier.js';
import { cusumEvents } from '../../../core/labels/cusum-events.js';
import { exponentialDeviation } from '../../../core/labels/exponential-volatility.js';
import { returnWeights, timeDecayFactors } from '../../../core/labels/sample-weights.js';
import { computeUniqueness } from '../../../core/labels/uniqueness.js';
import { testData } from '../../support/test-data.js';

const DAY_MS = 86_400_000;
const skip = testData === null ? 'no real market data: set ARES_TEST_DATA' : false;

/** Columns of a comma-separated table as text. */
function readOracle(name: string): Record<string, string[]> {
  const [head, ...rows] = gunzipSync(readFileSync(join(testData!, 'oracle', name)))
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return Object.fromEntries(head!.map((column, j) => [column, rows.map((row) => row[j]!)]));
}

const times = (texts: readonly string[]): Float64Array => Float64Array.from(texts, (text) => Date.parse(`${text.replace(' ', 'T')}Z`));
const numbers = (texts: readonly string[]): Float64Array => Float64Array.from(texts, (text) => (text === '' ? Number.NaN : Number(text)));

function dollarBars(): { timeMs: Float64Array; close: Float64Array } {
  const bars = readOracle('dollar_bar_sample-2015-01.csv.gz');
  return { timeMs: times(bars['date_time']!), close: numbers(bars['close']!) };
}

/** Return against the last bar at least a day before, deviation with span 100 (snippet 3.1). */
function dailyVolatility({ timeMs, close }: { timeMs: Float64Array; close: Float64Array }): Float64Array {
  const returns = close.map((price, t) => {
    const before = lowerBound(timeMs, timeMs[t]! - DAY_MS);
    return before === 0 ? Number.NaN : price / close[before - 1]! - 1;
  });
  return exponentialDeviation(returns, 100);
}

test('the first close strictly beyond a barrier labels the event, else the vertical barrier does', () => {
  const timeMs = Float64Array.of(0, 1, 2, 3, 4, 5);
  const close = Float64Array.of(100, 150, 90, 60, 60, 60);
  const labels = computeCloseTripleBarrier(timeMs, close, {
    events: Int32Array.of(0, 1, 3, 4),
    targets: new Float64Array(4).fill(0.5),
    takeProfit: 1,
    stopLoss: 1,
    holdingMs: 2,
  });
  // 100 to 150 is exactly the barrier, not beyond it; event 4 runs out of data.
  assert.deepEqual([...labels.touchBar], [2, 3, 5, -1]);
  assert.deepEqual([...labels.label], [0, -1, 0, Number.NaN]);
});

test("daily volatility of the dollar bars equals mlfinpy's and ends with the known value (M3.3.18)", { skip }, () => {
  const volatility = dailyVolatility(dollarBars());
  const expected = numbers(readOracle('expected-series.csv.gz')['daily_vol']!);
  assert.ok(Math.abs(volatility[999]! - 0.008968238932170641) < 1e-14);
  // Of the 960 returns the first alone has no deviation.
  assert.equal(volatility.filter((value) => !Number.isNaN(value)).length, 959);
  volatility.forEach((value, t) =>
    assert.ok(Number.isNaN(value) === Number.isNaN(expected[t]!) && !(Math.abs(value - expected[t]!) > 1e-12), `bar ${t}: ${value} against ${expected[t]}`),
  );
});

test('nine events at a CUSUM of 0.02 give the known targets and labels, and two end otherwise without a vertical barrier (M3.3.18)', { skip }, () => {
  const bars = dollarBars();
  const volatility = dailyVolatility(bars);
  const events = cusumEvents(bars.close, new Float64Array(1000).fill(0.02));
  assert.equal(events.length, 9);
  const used = Int32Array.from(events.filter((bar) => volatility[bar]! > 0.005));
  const targets = Float64Array.from(used, (bar) => volatility[bar]!);
  assert.equal(used.length, 8);
  assert.ok(Math.abs(targets[0]! - 0.010166261175903357) < 1e-14);
  assert.ok(Math.abs(targets[7]! - 0.006455887663302871) < 1e-14);
  const options = { events: used, targets, takeProfit: 1, stopLoss: 1 };
  const labels = computeCloseTripleBarrier(bars.timeMs, bars.close, { ...options, holdingMs: DAY_MS });
  assert.deepEqual([...labels.label], [0, 1, -1, 1, 0, -1, 1, -1]);
  const open = computeCloseTripleBarrier(bars.timeMs, bars.close, { ...options, holdingMs: null });
  assert.equal(labels.touchBar.filter((bar, i) => bar !== open.touchBar[i]).length, 2);
});

test('302 events of mlfinpy have its end times, returns and labels', { skip }, () => {
  const bars = dollarBars();
  const oracle = readOracle('expected-triple-barrier.csv.gz');
  const events = Int32Array.from(times(oracle['date_time']!), (time) => lowerBound(bars.timeMs, time));
  const targets = numbers(oracle['trgt']!);
  const labels = computeCloseTripleBarrier(bars.timeMs, bars.close, { events, targets, takeProfit: 1, stopLoss: 1, holdingMs: DAY_MS });
  const [ends, returns, bins] = [times(oracle['t1']!), numbers(oracle['ret']!), numbers(oracle['bin']!)];
  let compared = 0;
  labels.label.forEach((label, i) => {
    if (Number.isNaN(bins[i]!)) return;
    compared++;
    assert.deepEqual([bars.timeMs[labels.touchBar[i]!], label], [ends[i], bins[i]], `event ${i}`);
    assert.ok(Math.abs(labels.simpleReturn[i]! - returns[i]!) < 1e-12);
  });
  assert.equal(compared, 287);
});

test('the CUSUM filter at 0.002 finds the same 315 events as mlfinpy', { skip }, () => {
  const flags = numbers(readOracle('expected-series.csv.gz')['cusum_event']!);
  const expected = [...flags.keys()].filter((t) => flags[t] === 1);
  assert.equal(expected.length, 315);
  assert.deepEqual([...cusumEvents(dollarBars().close, new Float64Array(1000).fill(0.002))], expected);
});

test("weights by return and by time decay equal mlfinpy's on the labels whose end it knows", { skip }, () => {
  const bars = dollarBars();
  const oracle = readOracle('expected-triple-barrier.csv.gz');
  const index = (texts: readonly string[]): Int32Array => Int32Array.from(times(texts), (time) => (Number.isNaN(time) ? -1 : lowerBound(bars.timeMs, time)));
  const weights = returnWeights(bars.close, { firstBar: index(oracle['date_time']!), lastBar: index(oracle['t1']!) });
  const decay = timeDecayFactors(numbers(oracle['avg_uniqueness']!), 0.5);
  for (const [ours, name] of [
    [weights, 'w_by_return'],
    [decay, 'w_time_decay_0.5'],
  ] as const) {
    const expected = numbers(oracle[name]!);
    assert.equal(ours.filter((value) => !Number.isNaN(value)).length, 287);
    ours.forEach((value, i) =>
      assert.ok(
        Number.isNaN(value) === Number.isNaN(expected[i]!) && !(Math.abs(value - expected[i]!) > 1e-9),
        `${name} of event ${i}: ${value} against ${expected[i]}`,
      ),
    );
  }
});

test("uniqueness of these labels equals mlfinpy's, counted over bars with both ends included", { skip }, () => {
  const bars = dollarBars();
  const oracle = readOracle('expected-triple-barrier.csv.gz');
  const index = (texts: readonly string[]): Float64Array => times(texts).map((time) => (Number.isNaN(time) ? Number.NaN : lowerBound(bars.timeMs, time)));
  const uniqueness = computeUniqueness(
    index(oracle['date_time']!),
    index(oracle['t1']!).map((bar) => bar + 1),
  );
  const expected = numbers(oracle['avg_uniqueness']!);
  const known = [...expected.keys()].filter((i) => !Number.isNaN(expected[i]!) && !Number.isNaN(uniqueness[i]!));
  assert.ok(known.length >= 287);
  for (const i of known) assert.ok(Math.abs(uniqueness[i]! - expected[i]!) < 1e-9, `event ${i}: ${uniqueness[i]} against ${expected[i]}`);
});

test("range volatilities and the fractional difference of the dollar bars equal mlfinpy's", { skip }, () => {
  const source = readOracle('dollar_bar_sample-2015-01.csv.gz');
  const bars = makeBars(1000);
  for (const name of ['open', 'high', 'low', 'close'] as const) bars[name].set(numbers(source[name]!));
  const oracle = readOracle('expected-series.csv.gz');
  const pairs = [
    [parkinsonVolatility(bars, 20), 'parkinson20'],
    [garmanKlassVolatility(bars, 20), 'garman_klass20'],
    [fractionalDifference(bars.close, fractionalWeights(0.4, 0.001)), 'fracdiff_ffd'],
  ] as const;
  for (const [ours, name] of pairs) {
    const expected = numbers(oracle[name]!);
    const known = [...expected.keys()].filter((t) => !Number.isNaN(expected[t]!));
    assert.ok(known.length > 900, `${name} has ${known.length} values`);
    for (const t of known)
      assert.ok(Math.abs(ours[t]! - expected[t]!) <= 1e-9 * Math.max(1, Math.abs(expected[t]!)), `${name} at ${t}: ${ours[t]} against ${expected[t]}`);
  }
});
