/** Step 4's pruning where it asks the label, on a simulated market, by the product's own steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { loadAnalystExamples } from '../../activities/specialist-examples.js';
import { planSpecialistFolds } from '../../activities/specialist-folds.js';
import { textColumn } from '../../core/data/table.js';
import type { InteractionRanking } from '../../core/pruning/rank-interactions.js';
import { POOLED } from '../../core/regimes/regime-names.js';
import { analystLabelingFeatureEngineering } from '../../pipeline/steps/analyst-labeling-feature-engineering.js';
import { makePlan } from '../support/make-plan.js';
import type { SimulatedMarket } from '../support/simulated-chain.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const STEP = 'analyst-labeling-feature-engineering';
const SPEC = { preset: 'quick-test', features: 'basic', simulation: { tradesPerMinute: 8, signalStrength: 0.6 } } as const;
const made = await trainSimulatedChain(SPEC, { until: STEP });
const inputs = memoryInputs(made.memory);
const pruning = await inputs.table(STEP, 'pruning', 'ares.pruning');
const kept = textColumn(pruning, 'feature').filter((_, i) => (pruning.columns['kept'] as Uint8Array)[i] === 1);
const stages = textColumn(pruning, 'stage');
const folds = await inputs.json<string[][]>(STEP, 'pruning-folds');

test('most of the basic features fall, each with a stage and a reason, and the planted signal stays', () => {
  assert.ok(kept.includes('taker_imbalance'), kept.join(' '));
  assert.ok(kept.length >= 5 && kept.length < stages.length / 2, `${kept.length} of ${stages.length}`);
  assert.ok(stages.includes('mutual-information'));
  assert.ok(textColumn(pruning, 'reason').every((reason) => reason.length > 10));
});

test("the specialists' folds are fitted on the columns that step 4 chose for each of them", async () => {
  const { spec, embargoMs } = made.plan;
  assert.equal(folds.length, spec.folds);
  const planned = planSpecialistFolds(await loadAnalystExamples(inputs, POOLED), {
    folds: spec.folds,
    embargoMs,
    minimumEffectiveSample: spec.minimumEffectiveSample,
    isPooled: true,
  });
  assert.ok(Array.isArray(planned));
  assert.deepEqual(
    planned.map((fold) => fold.fit.featureNames),
    folds,
  );
});

test('pairs are ranked among columns that vary and differ', async () => {
  const { status, pairs, columns } = await inputs.json<InteractionRanking>(STEP, 'interactions');
  assert.equal(status, 'ranked');
  assert.equal(pairs.length, 28);
  for (const name of columns) assert.ok(!['variance', 'correlation'].includes(stages[textColumn(pruning, 'feature').indexOf(name)]!));
  pairs.forEach((pair, i) => assert.ok(i === 0 || pair.strength <= pairs[i - 1]!.strength));
});

test('data after the end of train changes neither decision, folds nor ranking, to the bit', async () => {
  const { toMs } = made.plan.segments.train;
  const change = ({ fineBars, funding }: SimulatedMarket): SimulatedMarket => {
    const scale = (values: Float64Array): Float64Array =>
      values.map((value, t) => (fineBars.closeTimeMs[t]! > toMs ? value * Math.exp(0.001 * ((t * 7) % 13)) : value));
    return {
      fineBars: { ...fineBars, open: scale(fineBars.open), high: scale(fineBars.high), low: scale(fineBars.low), close: scale(fineBars.close) },
      funding,
    };
  };
  const other = memoryInputs((await trainSimulatedChain(SPEC, { until: STEP, change })).memory);
  assert.deepEqual(await other.table(STEP, 'pruning', 'ares.pruning'), pruning);
  assert.deepEqual(await other.json(STEP, 'pruning-folds'), folds);
  assert.deepEqual(await other.json(STEP, 'interactions'), await inputs.json(STEP, 'interactions'));
});

test('minimal features are tested for variance and correlation alone, more for all five, unless the spec says otherwise', () => {
  const stagesOf = (spec: Parameters<typeof makePlan>[0]): readonly string[] => analystLabelingFeatureEngineering.parameters(makePlan(spec)).pruning.stages;
  assert.deepEqual(stagesOf({}), ['variance', 'correlation']);
  assert.deepEqual(stagesOf({ features: 'all' }), ['variance', 'correlation', 'mutual-information', 'shap', 'permutation']);
  assert.deepEqual(stagesOf({ features: 'all', pruning: { stages: ['variance', 'shap'] } }), ['variance', 'shap']);
});
