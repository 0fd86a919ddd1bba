/** Steps 2 to 12 with labels at CUSUM events only and with weights of the sequential bootstrap: every later step takes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { loadChain } from '../../activities/load-chain.js';
import { labelledTrain, loadAnalystExamples } from '../../activities/specialist-examples.js';
import { applyChain } from '../../core/chain/apply-chain.js';
import { barsFromTable, barsKnownBy } from '../../core/data/bars.js';
import { resampleBars } from '../../core/data/resample-bars.js';
import { float64Column, int32Column, textColumn } from '../../core/data/table.js';
import { eventBars } from '../../core/labels/event-bars.js';
import { exponentialVolatility } from '../../core/labels/exponential-volatility.js';
import type { LabelChoice } from '../../core/labels/label-choice.js';
import { bootstrapWeights } from '../../core/labels/sequential-bootstrap.js';
import { computeTripleBarrier } from '../../core/labels/triple-barrier.js';
import { makeRandom } from '../../core/stats/random.js';
import { chainPorts } from '../support/chain-run.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const STEP = 'analyst-labeling-feature-engineering';
const made = await trainSimulatedChain({
  retentionDays: 10,
  minimumEffectiveSample: 12,
  simulation: { tradesPerMinute: 8 },
  labels: { events: 'cusum', cusumThreshold: 1, sampling: 'sequential-bootstrap' },
});
const inputs = memoryInputs(made.memory);
const { segments } = made.plan;
const labels = await inputs.table(STEP, 'labels', 'ares.labels');
const choice = await inputs.json<LabelChoice>(STEP, 'label-choice');
const bars = barsKnownBy(barsFromTable(await inputs.table('market-regime-classification', 'bars', 'ares.bars')), segments.selection.toMs);
const volatility = float64Column(labels, 'volatility');
const isEvent = eventBars(bars.close, volatility, { events: 'cusum', cusumThreshold: 1 });

test('events, and they alone, carry the labels of the barriers, and the choice says how they were found', () => {
  const all = computeTripleBarrier(bars, volatility, choice);
  float64Column(labels, 'label').forEach((label, t) => assert.ok(Object.is(label, isEvent[t] === 1 ? all.label[t] : Number.NaN), `bar ${t}`));
  textColumn(labels, 'segment').forEach((segment, t) => assert.ok(segment === 'none' || isEvent[t] === 1));
  const share = isEvent.reduce((sum, value) => sum + value, 0) / isEvent.length;
  assert.ok(share > 0.1 && share < 0.6, `${share} of the bars`);
  assert.deepEqual([choice.events, choice.cusumThreshold], ['cusum', 1]);
});

test('the search scored the events alone', () => {
  const train = labelledRows('train');
  // Both sides of a candidate are looked at, each until its own end, so the sample is no larger than the rows.
  for (const { effectiveSampleSize } of choice.candidates) assert.ok(effectiveSampleSize > 0 && effectiveSampleSize <= train + made.plan.spec.folds);
});

test('train rows weigh what the sequential bootstraps of the stored seed count, later rows their uniqueness', async () => {
  assert.equal(typeof choice.bootstrapSeed, 'number');
  const examples = await loadAnalystExamples(inputs, 'POOLED');
  const rows = labelledTrain(examples);
  const at = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row]!);
  const expected = bootstrapWeights(at(examples.startMs), at(examples.endMs), makeRandom(choice.bootstrapSeed!));
  assert.deepEqual(at(examples.weight), expected);
  assert.notDeepEqual(at(examples.weight), at(examples.uniqueness));
  const later = [...examples.segment.keys()].filter((row) => examples.segment[row] === 'selection');
  assert.deepEqual(
    later.map((row) => examples.weight[row]),
    later.map((row) => examples.uniqueness[row]),
  );
});

test('signals of the chain, in training and on the test segment, are at events alone', async () => {
  const signals = await inputs.table('analyst-ensemble-creation', 'signals', 'ares.signals');
  for (const row of int32Column(signals, 'row')) assert.equal(isEvent[row], 1);
  const chain = await loadChain(inputs, chainPorts());
  try {
    const { fromMs, toMs } = segments.test;
    const decisions = applyChain(chain, { fineBars: made.fineBars, funding: null }, { fromMs, toMs });
    const whole = resampleBars(made.fineBars, chain.periodMs);
    const events = eventBars(whole.close, exponentialVolatility(whole.close), choice);
    const eventTimes = new Set(whole.closeTimeMs.filter((_, t) => events[t] === 1));
    assert.ok(decisions.signalTimeMs.length > 10);
    for (const time of decisions.signalTimeMs) assert.ok(eventTimes.has(time), `signal at ${time}`);
  } finally {
    chain.dispose();
  }
});

function labelledRows(segment: string): number {
  const label = float64Column(labels, 'label');
  return textColumn(labels, 'segment').filter((name, row) => name === segment && !Number.isNaN(label[row]!)).length;
}
