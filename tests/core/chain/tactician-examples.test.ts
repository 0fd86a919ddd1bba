import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import type { AnalystSignals, TacticianOptions } from '../../../core/chain/tactician-examples.js';
import { tacticianFeatures, tacticianLabels, tacticianRules } from '../../../core/chain/tactician-examples.js';
import { sliceBars } from '../../../core/data/bars.js';
import { computeFeatures } from '../../../core/features/compute-features.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

const MINUTE_MS = 60_000;
const OPTIONS: TacticianOptions = { market: 'perp', set: 'basic', holdingMs: 60 * MINUTE_MS };
const BARRIERS = { takeProfit: 2, stopLoss: 1, holdingBars: 4 };
const COSTS = { takerFeeBps: 5, halfSpreadBps: 1 };
const RULES = tacticianRules(BARRIERS, OPTIONS, COSTS);

/** A signal every 15 minutes, sides at random. */
function signalsOn(fine: Bars, count: number, seed = 4): AnalystSignals {
  const random = makeRandom(seed);
  const closeTimeMs = Float64Array.from({ length: count }, (_, i) => fine.openTimeMs[0]! + (i + 1) * 15 * MINUTE_MS);
  return {
    closeTimeMs,
    probability: closeTimeMs.map(() => random.uniform()),
    volatility: closeTimeMs.map(() => 0.005 + 0.005 * random.uniform()),
    regimes: Float64Array.from({ length: count * 4 }, (_, k) => (k % 4 === 1 ? 0.7 : 0.1)),
  };
}

/** One long signal at the close of fine bar 14 with a volatility of 1 %, and 60 quiet bars at 100 from its time on. */
function oneSignal(probability = 0.8): { signals: AnalystSignals; fine: Bars } {
  const fine = walkBars(120, 1);
  for (const name of ['open', 'close'] as const) fine[name].fill(100);
  fine.high.fill(100.1);
  fine.low.fill(99.9);
  return {
    fine,
    signals: {
      closeTimeMs: Float64Array.of(fine.closeTimeMs[14]!),
      probability: Float64Array.of(probability),
      volatility: Float64Array.of(0.01),
      regimes: Float64Array.of(0.1, 0.2, 0.3, 0.4),
    },
  };
}

const label = (signals: AnalystSignals, fine: Bars): ReturnType<typeof tacticianLabels> =>
  tacticianLabels(tacticianFeatures(signals, fine, OPTIONS), fine, RULES);

test('the decision falls at the close of the first fine bar after the signal, the fill at the next open', () => {
  const { signals, fine } = oneSignal();
  const examples = tacticianFeatures(signals, fine, OPTIONS);
  assert.deepEqual([examples.fineBar[0], examples.entryTimeMs[0], examples.side[0]], [15, fine.closeTimeMs[15], 1]);
  // Only the price of the fill bar's open decides the entry: a jump there moves the barriers with it.
  fine.open[16] = 200;
  fine.high.fill(200.1, 16);
  fine.low.fill(199.9, 16);
  fine.close.fill(200, 16);
  fine.open.fill(200, 16);
  assert.equal(label(signals, fine).barrier[0], 0);
});

test('the target pays its distance less fee and half-spread at both fills', () => {
  const { signals, fine } = oneSignal();
  fine.high[20] = 103;
  const labels = label(signals, fine);
  const growth = Math.exp(0.02);
  assert.deepEqual([labels.label[0], labels.barrier[0], labels.labelEndMs[0]], [1, 1, fine.closeTimeMs[20]]);
  assert.ok(Math.abs(labels.netReturn[0]! - (growth - 1 - 0.0006 * (1 + growth))) < 1e-12);
});

test('a short signal has its target below and its stop above', () => {
  const { signals, fine } = oneSignal(0.3);
  fine.low[20] = 97.9;
  const labels = label(signals, fine);
  assert.deepEqual([labels.label[0], labels.barrier[0]], [1, 1]);
  assert.ok(Math.abs(labels.netReturn[0]! - (1 - Math.exp(-0.02) - 0.0006 * (1 + Math.exp(-0.02)))) < 1e-12);
  fine.high[19] = 101.1;
  assert.deepEqual([label(signals, fine).label[0], label(signals, fine).barrier[0]], [0, -1]);
});

test('a bar that meets target and stop counts for the stop', () => {
  const { signals, fine } = oneSignal();
  fine.high[20] = 103;
  fine.low[20] = 98;
  assert.deepEqual([label(signals, fine).label[0], label(signals, fine).barrier[0]], [0, -1]);
});

test("the signal's own bars and the decision bar decide nothing", () => {
  const { signals, fine } = oneSignal();
  fine.high.fill(150, 0, 16);
  fine.low.fill(50, 0, 16);
  assert.equal(label(signals, fine).barrier[0], 0);
});

test("at the analyst's vertical barrier a gain that does not pay its costs is no success", () => {
  const { signals, fine } = oneSignal();
  const last = 14 + 60;
  fine.close[last] = 100.1;
  const small = label(signals, fine);
  assert.deepEqual([small.label[0], small.barrier[0], small.labelEndMs[0]], [0, 0, fine.closeTimeMs[last]]);
  assert.ok(small.netReturn[0]! < 0);
  fine.close[last] = 100.3;
  fine.high[last] = 100.3;
  assert.equal(label(signals, fine).label[0], 1);
});

test('an outcome beyond the fine bars is NaN', () => {
  const { signals, fine } = oneSignal();
  const labels = label(signals, sliceBars(fine, 0, 40));
  assert.deepEqual([labels.label[0], labels.labelEndMs[0], labels.netReturn[0]], [Number.NaN, Number.NaN, Number.NaN]);
});

test('no example is made of a short signal on spot, without volatility, or without a fine bar in time', () => {
  const { signals, fine } = oneSignal(0.3);
  const count = (changed: Partial<AnalystSignals>, bars: Bars, options: Partial<TacticianOptions> = {}): number =>
    tacticianFeatures({ ...signals, ...changed }, bars, { ...OPTIONS, ...options }).signal.length;
  assert.equal(count({}, fine), 1);
  assert.equal(count({}, fine, { market: 'spot' }), 0);
  assert.equal(count({ probability: Float64Array.of(0.5) }, fine, { market: 'spot' }), 1);
  assert.equal(count({ volatility: Float64Array.of(Number.NaN) }, fine), 0);
  assert.equal(count({}, sliceBars(fine, 0, 15)), 0);
  assert.equal(count({}, fine, { holdingMs: MINUTE_MS }), 0);
});

test('features are those of the decision bar, beside what the signal says', () => {
  const fine = walkBars(900, 8);
  const signals = signalsOn(fine, 50);
  const { features, fineBar, signal, side, volatility } = tacticianFeatures(signals, fine, OPTIONS);
  const at = (name: string, i: number): number => features.columns[features.names.indexOf(name)]![i]!;
  const all = computeFeatures(fine, { regimes: null, funding: null }, 'basic');
  for (const i of [0, 20, 49]) {
    all.names.forEach((name, j) => assert.ok(Object.is(at(`fine_${name}`, i), all.columns[j]![fineBar[i]!])));
    const probability = signals.probability[signal[i]!]!;
    assert.deepEqual(
      [at('analyst_probability', i), at('analyst_confidence', i), at('side', i)],
      [probability, Math.abs(2 * probability - 1), probability >= 0.5 ? 1 : -1],
    );
    assert.deepEqual([at('minutes_since_signal', i), at('regime_bear', i)], [1, 0.7]);
    const move = (Math.log(fine.close[fineBar[i]!]! / fine.close[fineBar[i]! - 1]!) * side[i]!) / volatility[i]!;
    assert.ok(Math.abs(at('move_since_signal', i) - move) < 1e-12);
  }
  assert.equal(new Set(features.names).size, features.names.length);
});

test('examples pass truncation invariance at 50 random cuts: later bars and signals change no feature and no known label', () => {
  const fine = walkBars(1500, 9);
  const signals = signalsOn(fine, 98);
  const full = tacticianFeatures(signals, fine, OPTIONS);
  const fullLabels = tacticianLabels(full, fine, RULES);
  const random = makeRandom(10);
  for (let i = 0; i < 50; i++) {
    const rows = 20 + random.below(1480);
    const cutFine = sliceBars(fine, 0, rows);
    const known = fine.closeTimeMs[rows - 1]!;
    const cut = tacticianFeatures(signals, cutFine, OPTIONS);
    const labels = tacticianLabels(cut, cutFine, RULES);
    assert.equal(cut.signal.length, full.entryTimeMs.filter((time) => time <= known).length);
    for (let k = 0; k < cut.signal.length; k++) {
      cut.features.columns.forEach((column, j) => assert.ok(Object.is(column[k], full.features.columns[j]![k]), cut.features.names[j]));
      assert.ok(Object.is(labels.label[k], fullLabels.labelEndMs[k]! <= known ? fullLabels.label[k] : Number.NaN), `label ${k} of ${rows} bars`);
    }
  }
});

test('the signals of 30 days of fine bars take well under two seconds', () => {
  const fine = walkBars(43_200, 11);
  const signals = signalsOn(fine, 2_800);
  const start = performance.now();
  const examples = tacticianFeatures(signals, fine, { ...OPTIONS, set: 'all' });
  const labels = tacticianLabels(examples, fine, RULES);
  const seconds = (performance.now() - start) / 1000;
  assert.equal(labels.label.length, 2_800);
  assert.ok(seconds < 2, `took ${seconds} s`);
});
