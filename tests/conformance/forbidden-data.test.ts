import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { Bars } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { takeRows } from '../../core/data/table.js';
import { makePlan } from '../support/make-plan.js';
import { contentOf, runChain } from '../support/chain-run.js';
import { simulatedBars } from '../support/simulated-bars.js';

/**
 * Each row of design.md's table "which data may touch what": the forbidden bars are changed, and what must not have seen
 * them is found unchanged to the bit. A last test makes sure that the change is one that matters.
 */
describe('which data may touch what', () => {
  const plan = makePlan({ retentionDays: 21, minimumEffectiveSample: 12, maxTrials: 2, seed: 11, features: 'basic' });
  const data = simulatedBars(plan);
  const { segments } = plan;
  let original: ArtifactMemory;
  let otherAfterTrain: ArtifactMemory;
  let otherAfterCalibration: ArtifactMemory;
  let otherAfterSelection: ArtifactMemory;

  before(async () => {
    original = await runChain({ plan, ...data });
    otherAfterTrain = await runChain({ plan, ...data, bars: garbageAfter(data.bars, segments.train.toMs) });
    otherAfterCalibration = await runChain({ plan, ...data, bars: garbageAfter(data.bars, segments.calibration.toMs) });
    otherAfterSelection = await runChain({ plan, ...data, bars: garbageAfter(data.bars, segments.selection.toMs) });
  });

  async function unchanged(other: ArtifactMemory, step: string, names: readonly string[]): Promise<void> {
    assert.ok(names.length > 0, `${step} has artifacts to compare`);
    for (const name of names)
      assert.ok(fitted(await contentOf(other, step, name), name) === fitted(await contentOf(original, step, name), name), `${step}/${name} is unchanged`);
  }
  const namesOf = (step: string, prefix: string): readonly string[] => memoryInputs(original).names(step as never, prefix);

  test('the regime model sees bars of train only', async () => {
    await unchanged(otherAfterTrain, 'market-regime-classification', ['regime-model']);
  });

  test('barriers and pruning are chosen on train only', async () => {
    await unchanged(otherAfterTrain, 'analyst-labeling-feature-engineering', ['label-choice', 'pruning']);
  });

  test('specialists, their out-of-fold predictions and the choice between them come from train only', async () => {
    const step = 'analyst-specialist-training';
    assert.ok(namesOf(step, 'models/').length >= 4, 'some regimes have specialists of their own');
    await unchanged(otherAfterTrain, step, [...namesOf(step, 'models/'), ...namesOf(step, 'oof/'), ...namesOf(step, 'record/')]);
  });

  test('hyperparameters, the attention network and what of it is kept come from train only', async () => {
    const step = 'analyst-enhancement';
    await unchanged(otherAfterTrain, step, [...namesOf(step, 'models/'), ...namesOf(step, 'oof/'), ...namesOf(step, 'record/'), ...namesOf(step, 'trials/')]);
  });

  test('stackers come from train only', async () => {
    await unchanged(otherAfterTrain, 'analyst-ensemble-creation', ['ensemble']);
  });

  test('tactician models and stackers come from train only', async () => {
    const step = 'tactician-specialist-training';
    await unchanged(otherAfterTrain, step, [...namesOf(step, 'models/'), ...namesOf(step, 'oof/'), ...namesOf(step, 'record/')]);
    await unchanged(otherAfterTrain, 'tactician-ensemble-creation', ['ensemble']);
  });

  test('calibrators see nothing after calibration', async () => {
    await unchanged(otherAfterCalibration, 'confidence-calibration', ['calibrators']);
  });

  test('final parameters see nothing after selection', async () => {
    await unchanged(otherAfterSelection, 'final-parameters-optimization', ['parameters', 'trials', 'pareto', 'trades', 'equity', 'summary']);
  });

  test("no artifact of steps 3 to 12 but the datasets' own index depends on the test segment", async () => {
    for (const [step, artifacts] of original.artifacts) {
      if (['data-collection', 'market-regime-classification', 'regime-data-splitting'].includes(step)) continue;
      for (const name of artifacts.keys())
        assert.ok((await contentOf(otherAfterSelection, step, name)) === (await contentOf(original, step, name)), `${step}/${name} is unchanged`);
    }
  });

  test('the labels of a fold do not reach the predictions made for it', async () => {
    const folds = (await memoryInputs(original).table('analyst-specialist-training', 'oof/POOLED/lightgbm', 'ares.predictions')).columns['fold'] as Int32Array;
    const flipped = await runChain({
      plan,
      ...data,
      until: 'analyst-specialist-training',
      before: (step, memory) => {
        if (step === 'analyst-specialist-training') flipLabels(memory, folds);
      },
    });
    const probability = async (memory: ArtifactMemory): Promise<Table> =>
      memoryInputs(memory).table('analyst-specialist-training', 'oof/POOLED/lightgbm', 'ares.predictions');
    const [left, right] = [await probability(original), await probability(flipped)];
    const rowsOf = (fold: number): number[] => [...folds.keys()].filter((i) => folds[i] === fold);
    assert.deepEqual(takeRows(left, rowsOf(0)).columns['probability'], takeRows(right, rowsOf(0)).columns['probability'], 'fold 0, whose labels were flipped');
    assert.notDeepEqual(takeRows(left, rowsOf(1)).columns['probability'], takeRows(right, rowsOf(1)).columns['probability'], 'fold 1, which trains on fold 0');
  });

  test('the changed bars do matter: what may see them is different', async () => {
    assert.notEqual(
      await contentOf(otherAfterTrain, 'confidence-calibration', 'calibrators'),
      await contentOf(original, 'confidence-calibration', 'calibrators'),
    );
    assert.notEqual(
      await contentOf(otherAfterCalibration, 'final-parameters-optimization', 'trials'),
      await contentOf(original, 'final-parameters-optimization', 'trials'),
    );
    assert.notEqual(
      await contentOf(otherAfterSelection, 'market-regime-classification', 'regimes'),
      await contentOf(original, 'market-regime-classification', 'regimes'),
    );
  });
});

/** A specialist's record without its scores, and those of the base rate, on calibration and selection: those are reported there, by design. */
function fitted(content: string, name: string): string {
  if (!/^record\/\w+\/[\w-]+$/.test(name)) return content;
  type Scores = Record<string, unknown> | null;
  const onTrain = (scores: Scores): Scores => (scores === null ? null : { ownRows: scores['ownRows'], allRows: scores['allRows'] });
  const record = JSON.parse(content) as { scores: Scores; baseline: Scores };
  return JSON.stringify({ ...record, scores: onTrain(record.scores), baseline: onTrain(record.baseline) });
}

/** The same bars up to a time; afterwards prices mirrored around the last good close, volumes shuffled in time. */
function garbageAfter(bars: Bars, untilMs: number): Bars {
  const first = bars.closeTimeMs.findIndex((time) => time > untilMs);
  const anchor = bars.close[first - 1] as number;
  const mirror = (values: Float64Array, from = values): Float64Array => values.map((value, i) => (i < first ? value : (anchor * anchor) / (from[i] as number)));
  const reverse = (values: Float64Array): Float64Array => values.map((value, i) => (i < first ? value : (values[values.length - 1 - (i - first)] as number)));
  return {
    ...bars,
    open: mirror(bars.open),
    high: mirror(bars.high, bars.low),
    low: mirror(bars.low, bars.high),
    close: mirror(bars.close),
    volume: reverse(bars.volume),
    takerBuyVolume: bars.takerBuyVolume.map((value, i) =>
      i < first ? value : (bars.volume[bars.volume.length - 1 - (i - first)] as number) - (bars.takerBuyVolume[bars.volume.length - 1 - (i - first)] as number),
    ),
  };
}

/** Flips the labels of fold 0 in place of step 4's table. */
function flipLabels(memory: ArtifactMemory, folds: Int32Array): void {
  const artifact = memory.artifacts.get('analyst-labeling-feature-engineering')?.get('labels');
  if (artifact === undefined || !('table' in artifact)) throw new Error('expected labels in memory');
  const labels = artifact.table.columns['label'] as Float64Array;
  const labelled = [...labels.keys()].filter((i) => (artifact.table.columns['segment'] as readonly string[])[i] === 'train' && !Number.isNaN(labels[i]));
  for (const [i, row] of labelled.entries()) if (folds[i] === 0) labels[row] = 1 - (labels[row] as number);
}
