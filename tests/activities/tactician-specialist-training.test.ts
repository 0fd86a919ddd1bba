import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { SpecialistRecord } from '../../activities/specialist-record.js';
import { trainTacticianSpecialists } from '../../activities/tactician-specialist-training.js';
import { modelHeader } from '../../core/models/model-bytes.js';
import { tacticianSpecialistTraining } from '../../pipeline/steps/tactician-specialist-training.js';
import { memoryOf, plantExamples, runTraining } from '../support/specialist-memory.js';

const STEP = 'tactician-specialist-training';
const examples = plantExamples(2);

async function train(given = examples) {
  const memory = await memoryOf(given);
  await runTraining(memory, [tacticianSpecialistTraining, trainTacticianSpecialists]);
  return memoryInputs(memory);
}

const inputs = await train();

test('meta-models are trained per regime and family, a thin regime is pooled', async () => {
  const { specialists } = await inputs.json<{ specialists: SpecialistRecord[] }>(STEP, 'specialists');
  const trained = specialists.filter(({ status }) => status === 'trained').map(({ regime, family }) => `${regime}/${family}`);
  assert.deepEqual(
    trained,
    ['BULL', 'BEAR', 'SIDEWAYS', 'POOLED'].flatMap((regime) => [`${regime}/lightgbm`, `${regime}/linear`]),
  );
});

test('each meta-model beats or visibly loses to the majority class: the base rate stands beside it in scores', async () => {
  const { columns, rowCount } = await inputs.table(STEP, 'scores', 'ares.scores');
  const value = (model: string): number => {
    const row = Array.from({ length: rowCount }, (_, i) => i).find(
      (i) =>
        columns['model']![i] === model &&
        columns['metric']![i] === 'accuracy' &&
        columns['segment']![i] === 'selection' &&
        columns['method']![i] === 'refit, own regime',
    );
    return (columns['value'] as Float64Array)[row!]!;
  };
  const share = (labels: Float64Array): number => labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const [train, selection] = [share(examples.label.subarray(0, 600)), share(examples.label.subarray(750))];
  const majority = train >= 0.5 ? selection : 1 - selection;
  assert.ok(Math.abs(value('POOLED/base-rate') - majority) < 0.01, `${value('POOLED/base-rate')} beside ${majority}`);
  assert.ok(value('POOLED/linear') > value('POOLED/base-rate') + 0.1);
});

test('columns are pruned on train: the twin and the constant are not in the model, times are no feature', async () => {
  assert.deepEqual(modelHeader(await inputs.bytes(STEP, 'models/POOLED/linear')).featureNames, ['signal', 'noise']);
});

test('folds are purged by the span from entry to outcome', async () => {
  // Entry one minute after the signal, outcome four bars after it: spans end 1 minute less than 4 bars after they begin, so one row less is
  // embargoed at the far end (its entry is a minute too late) and 3 are purged on either side.
  const { folds } = await inputs.json<SpecialistRecord>(STEP, 'record/POOLED/linear');
  assert.deepEqual(
    folds.map((fold) => fold.fitRows),
    [443, 440, 440, 447],
  );
});

test('an example without an outcome is not learnt from, but predicted in later segments', async () => {
  const other = await train({ ...examples, label: examples.label.map((value, row) => (row % 10 === 9 ? Number.NaN : value)) });
  assert.equal((await other.table(STEP, 'oof/POOLED/linear', 'ares.predictions')).rowCount, 540);
  assert.equal((await other.table(STEP, 'later/POOLED/linear', 'ares.predictions')).rowCount, 300);
});

test('examples of later segments change no bit of a model', async () => {
  const other = await train({ ...examples, label: examples.label.map((value, row) => (row >= 600 ? 1 - value : value)) });
  assert.deepEqual(await other.bytes(STEP, 'models/POOLED/lightgbm'), await inputs.bytes(STEP, 'models/POOLED/lightgbm'));
});
