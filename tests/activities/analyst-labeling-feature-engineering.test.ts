/** Step 4 on a simulated market, by the product's own steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureSet } from '../../core/features/feature.js';
import type { LabelChoice } from '../../core/labels/label-choice.js';
import type { SimulatedMarket } from '../support/simulated-chain.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { barCount, barsFromTable, barsKnownBy } from '../../core/data/bars.js';
import { float64Column, textColumn } from '../../core/data/table.js';
import { computeTripleBarrier } from '../../core/labels/triple-barrier.js';
import { areaUnderCurve } from '../../core/metrics/classification.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const SPEC = { preset: 'quick-test', simulation: { tradesPerMinute: 8 } } as const;
const STEP = 'analyst-labeling-feature-engineering';

const made = await trainSimulatedChain(SPEC, { until: STEP });
const inputs = memoryInputs(made.memory);
const { segments } = made.plan;
const labels = await inputs.table(STEP, 'labels', 'ares.labels');
const features = await inputs.table(STEP, 'features', 'ares.features');
const choice = await inputs.json<LabelChoice>(STEP, 'label-choice');

/** The same market until a time; from there on each minute's prices are times a factor of its own. */
function changedAfter(timeMs: number): (market: SimulatedMarket) => SimulatedMarket {
  return ({ fineBars, funding }) => {
    const scale = (values: Float64Array): Float64Array =>
      values.map((value, t) => (fineBars.closeTimeMs[t]! > timeMs ? value * Math.exp(0.001 * ((t * 7) % 13)) : value));
    return {
      fineBars: { ...fineBars, open: scale(fineBars.open), high: scale(fineBars.high), low: scale(fineBars.low), close: scale(fineBars.close) },
      funding,
    };
  };
}

test('one row a bar known by the end of selection, in labels and features alike', async () => {
  const bars = barsKnownBy(barsFromTable(await inputs.table('market-regime-classification', 'bars', 'ares.bars')), segments.selection.toMs);
  assert.deepEqual(labels.columns['closeTimeMs'], bars.closeTimeMs);
  assert.deepEqual(features.columns['closeTimeMs'], bars.closeTimeMs);
  assert.ok(barCount(bars) < made.fineBars.close.length / 15);
});

test('labels are those of the chosen barriers, and each row lies wholly in its segment', async () => {
  const bars = barsKnownBy(barsFromTable(await inputs.table('market-regime-classification', 'bars', 'ares.bars')), segments.selection.toMs);
  const expected = computeTripleBarrier(bars, float64Column(labels, 'volatility'), choice);
  assert.deepEqual(labels.columns['label'], expected.label);
  const counts = new Map<string, number>();
  textColumn(labels, 'segment').forEach((segment, row) => {
    counts.set(segment, (counts.get(segment) ?? 0) + 1);
    if (segment === 'none') return;
    const span = segments[segment as keyof typeof segments];
    assert.ok(bars.closeTimeMs[row]! >= span.fromMs && expected.labelEndMs[row]! <= span.toMs);
    assert.ok(float64Column(labels, 'uniqueness')[row]! > 0);
  });
  for (const segment of ['train', 'calibration', 'selection']) assert.ok(counts.get(segment)! > 50, `${segment} has ${counts.get(segment)} rows`);
});

test('the chosen barriers are candidates of the spec, each of them scored', () => {
  const { labels: candidates } = made.plan.spec;
  assert.equal(choice.candidates.length, candidates.takeProfit.length * candidates.stopLoss.length * candidates.holdingBars.length);
  assert.ok(candidates.takeProfit.includes(choice.takeProfit) && candidates.holdingBars.includes(choice.holdingBars));
  assert.equal(choice.status, 'chosen');
});

test('data after the end of train changes neither the barriers nor the pruning, to the bit (design 2, rows barriers and pruning)', async () => {
  const other = memoryInputs((await trainSimulatedChain(SPEC, { until: STEP, change: changedAfter(segments.train.toMs) })).memory);
  assert.deepEqual(await other.json(STEP, 'label-choice'), choice);
  assert.deepEqual(await other.table(STEP, 'pruning', 'ares.pruning'), await inputs.table(STEP, 'pruning', 'ares.pruning'));
  const trainRows = float64Column(features, 'closeTimeMs').filter((time) => time <= segments.train.toMs).length;
  const otherFeatures = await other.table(STEP, 'features', 'ares.features');
  let differs = false;
  for (const name of Object.keys(features.columns)) {
    const [ours, theirs] = [float64Column(features, name), float64Column(otherFeatures, name)];
    assert.deepEqual(theirs.subarray(0, trainRows), ours.subarray(0, trainRows), name);
    differs ||= theirs.some((value, t) => !Object.is(value, ours[t]));
  }
  assert.ok(differs, 'the change reached later rows');
});

test('data after the end of selection changes no artifact', async () => {
  const other = memoryInputs((await trainSimulatedChain(SPEC, { until: STEP, change: changedAfter(segments.selection.toMs) })).memory);
  assert.deepEqual(await other.table(STEP, 'labels', 'ares.labels'), labels);
  assert.deepEqual(await other.table(STEP, 'features', 'ares.features'), features);
  assert.deepEqual(await other.json(STEP, 'label-choice'), choice);
});

test('the planted signal is in the features: the taker imbalance ranks the labels of train better than chance', () => {
  const rows = [...textColumn(labels, 'segment').keys()].filter((row) => textColumn(labels, 'segment')[row] === 'train');
  const take = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row]!);
  const auc = areaUnderCurve(take(float64Column(labels, 'label')), take(float64Column(features, 'taker_imbalance')));
  assert.ok(auc > 0.55, `area ${auc}`);
});

test('the catalogue names every feature column with its warm-up and source', async () => {
  const catalog = await inputs.json<{ name: string; warmUp: number; source: string; set: FeatureSet }[]>(STEP, 'feature-catalog');
  assert.deepEqual(
    catalog.map(({ name }) => name),
    Object.keys(features.columns).slice(1),
  );
  assert.ok(catalog.every(({ warmUp, source, set }) => warmUp >= 0 && source.length > 0 && set === 'minimal'));
});
