import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainAnalystSpecialists } from '../../activities/analyst-specialist-training.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { SpecialistRecord } from '../../activities/specialist-record.js';
import type { FamilyRanking } from '../../activities/specialist-scores.js';
import { linearFamily } from '../../core/models/linear.js';
import { modelHeader } from '../../core/models/model-bytes.js';
import { analystSpecialistTraining } from '../../pipeline/steps/analyst-specialist-training.js';
import type { Examples } from '../support/specialist-memory.js';
import { memoryOf, plantExamples, runTraining } from '../support/specialist-memory.js';

const STEP = 'analyst-specialist-training';

async function train(examples: Examples, threads = 1) {
  const memory = await memoryOf(examples);
  await runTraining(memory, [analystSpecialistTraining, trainAnalystSpecialists], { threads });
  return { memory, inputs: memoryInputs(memory), own: memory.artifacts.get(STEP)! };
}

const examples = plantExamples(1);
const { inputs, own } = await train(examples);
const recordOf = (unit: string) => inputs.json<SpecialistRecord>(STEP, `record/${unit}`);

test('a regime of 20 train rows is pooled with the reason, and leaves no model', async () => {
  const record = await recordOf('VOLATILE/lightgbm');
  assert.equal(record.status, 'pooled');
  assert.match(record.reason!, /^effective sample \d+\.\d\d in train, below 30$/);
  assert.equal(record.rows, 20);
  assert.deepEqual(
    inputs.names(STEP).filter((name) => name.includes('VOLATILE')),
    ['record/VOLATILE/lightgbm', 'record/VOLATILE/linear'],
  );
});

test('every other regime and POOLED has model, out-of-fold and later predictions in both families', () => {
  for (const regime of ['BULL', 'BEAR', 'SIDEWAYS', 'POOLED']) {
    for (const family of ['lightgbm', 'linear']) {
      for (const kind of ['models', 'oof', 'later', 'record']) assert.ok(own.has(`${kind}/${regime}/${family}`), `${kind}/${regime}/${family}`);
    }
  }
});

test('a regime model predicts every train row out of fold once, in four contiguous folds, and every later row', async () => {
  const oof = await inputs.table(STEP, 'oof/BULL/linear', 'ares.predictions');
  const later = await inputs.table(STEP, 'later/BULL/linear', 'ares.predictions');
  assert.deepEqual(
    Array.from(oof.columns['row'] as Int32Array),
    Array.from({ length: 600 }, (_, i) => i),
  );
  assert.deepEqual(
    Array.from(oof.columns['fold'] as Int32Array),
    Array.from({ length: 600 }, (_, i) => Math.floor(i / 150)),
  );
  assert.deepEqual(
    Array.from(later.columns['row'] as Int32Array),
    Array.from({ length: 300 }, (_, i) => 600 + i),
  );
  assert.ok((later.columns['fold'] as Int32Array).every((fold) => fold === -1));
});

test('out-of-fold AUC of the planted signal is what the signal itself ranks, within 0.05', async () => {
  const { areaUnderCurve } = await import('../../core/metrics/classification.js');
  const best = areaUnderCurve(examples.label.subarray(0, 600), examples.features['signal']!.subarray(0, 600));
  for (const family of ['lightgbm', 'linear']) {
    const { scores } = await recordOf(`POOLED/${family}`);
    assert.ok(Math.abs(scores!.allRows.areaUnderCurve! - best) < 0.05, `${family}: ${scores!.allRows.areaUnderCurve} against ${best}`);
  }
});

test('the model keeps the columns of step 4, and its bytes alone reproduce the later predictions', async () => {
  const bytes = await inputs.bytes(STEP, 'models/BEAR/linear');
  assert.deepEqual(modelHeader(bytes).featureNames, ['signal', 'noise']);
  const { signal, noise } = examples.features;
  const matrix = { rowCount: 900, columnCount: 2, values: Float64Array.from({ length: 1800 }, (_, i) => (i % 2 === 0 ? signal! : noise!)[i >> 1]!) };
  const later = await inputs.table(STEP, 'later/BEAR/linear', 'ares.predictions');
  assert.deepEqual(linearFamily.load(bytes).predictProba(matrix, later.columns['row'] as Int32Array), later.columns['probability']);
});

test('fold models drop the twin and the constant column on their own rows, and lose purged and embargoed rows', async () => {
  const { folds } = await recordOf('POOLED/linear');
  assert.deepEqual(
    folds.map((fold) => [fold.testRows, fold.keptColumns]),
    Array.from({ length: 4 }, () => [150, 2]),
  );
  // Labels and embargo are 4 bars. First fold: starts before the last outcome (3) and within the embargo, its end included (5) go: 442.
  // Inner folds lose 3 more before the test span; the last fold loses only those.
  assert.deepEqual(
    folds.map((fold) => fold.fitRows),
    [442, 439, 439, 447],
  );
});

test('labels and features of the rows left out, and of later segments, change no bit of a fold or of the model', async () => {
  const before = (await inputs.table(STEP, 'oof/POOLED/lightgbm', 'ares.predictions')).columns['probability'] as Float64Array;
  const flipped = { ...examples, label: examples.label.map((value, row) => (row < 150 || row >= 600 ? 1 - value : value)) };
  const other = await train(flipped);
  const after = (await other.inputs.table(STEP, 'oof/POOLED/lightgbm', 'ares.predictions')).columns['probability'] as Float64Array;
  assert.deepEqual(after.subarray(0, 150), before.subarray(0, 150));
  assert.notDeepEqual(after.subarray(150), before.subarray(150));
  const laterOnly = await train({
    ...examples,
    label: examples.label.map((value, row) => (row >= 600 ? 1 - value : value)),
    features: { ...examples.features, signal: examples.features['signal']!.map((value, row) => (row >= 600 ? 99 : value)) },
  });
  for (const unit of ['POOLED/lightgbm', 'POOLED/linear', 'BULL/lightgbm']) {
    assert.deepEqual(await laterOnly.inputs.bytes(STEP, `models/${unit}`), await inputs.bytes(STEP, `models/${unit}`));
  }
});

test('every artifact is the same at 1, 2 and 4 threads', async () => {
  for (const threads of [2, 4]) assert.deepEqual((await train(examples, threads)).own, own);
});

test('combined: all ten records, and four metrics in four lines for each of the eight trained specialists and four base rates', async () => {
  const { specialists } = await inputs.json<{ specialists: SpecialistRecord[] }>(STEP, 'specialists');
  assert.deepEqual(specialists.map(({ status }) => status).sort(), [...Array(2).fill('pooled'), ...Array(8).fill('trained')]);
  assert.equal((await inputs.table(STEP, 'scores', 'ares.scores')).rowCount, (8 + 4) * 4 * 4);
});

test('the base rate beside each specialist is the weighted share of 1 among the rows that its model was fitted on', async () => {
  const { baseline, scores } = await recordOf('POOLED/linear');
  // Every label spans 4 bars, so rows within a fold's train part are equally unique but at its ends; fold 0 is fitted on rows 158 to 599
  // (150 left out, then labels of 4 bars and an embargo of as many), whose share of 1 forecasts each of its 150 test rows.
  const share = (rows: readonly number[]): number => rows.reduce((sum, row) => sum + examples.label[row]!, 0) / rows.length;
  const later = Array.from({ length: 150 }, (_, i) => 600 + i);
  const rate = share(Array.from({ length: 600 }, (_, i) => i));
  assert.ok(Math.abs(baseline!.calibration.brier! - later.reduce((sum, row) => sum + (examples.label[row]! - rate) ** 2, 0) / 150) < 1e-3);
  const majority = rate >= 0.5 ? share(later) : 1 - share(later);
  assert.ok(Math.abs(baseline!.calibration.accuracy! - majority) < 0.01, `${baseline!.calibration.accuracy} against ${majority}`);
  assert.equal(baseline!.allRows.areaUnderCurve, 0.5);
  assert.ok(scores!.allRows.logLoss! < baseline!.allRows.logLoss! && scores!.allRows.accuracy! > baseline!.allRows.accuracy!);
  const table = await inputs.table(STEP, 'scores', 'ares.scores');
  const models = table.columns['model'] as readonly string[];
  assert.deepEqual(
    [...new Set(models)].filter((model) => model.endsWith('/base-rate')),
    ['BULL/base-rate', 'BEAR/base-rate', 'SIDEWAYS/base-rate', 'POOLED/base-rate'],
  );
});

test('combined: the families of each regime by out-of-fold log loss, a pooled regime without any', async () => {
  const { specialists, ranking } = await inputs.json<{ specialists: SpecialistRecord[]; ranking: readonly FamilyRanking[] }>(STEP, 'specialists');
  assert.deepEqual(
    ranking.map(({ regime, families }) => [regime, families.length]),
    [
      ['BULL', 2],
      ['BEAR', 2],
      ['SIDEWAYS', 2],
      ['VOLATILE', 0],
      ['POOLED', 2],
    ],
  );
  for (const { regime, families } of ranking) {
    assert.ok(families.every(({ logLoss }, i) => i === 0 || logLoss >= families[i - 1]!.logLoss));
    for (const { family, logLoss, lessBaseRate } of families) {
      const { scores, baseline } = specialists.find((record) => record.regime === regime && record.family === family)!;
      assert.deepEqual([logLoss, lessBaseRate], [scores!.ownRows.logLoss, scores!.ownRows.logLoss! - baseline!.ownRows.logLoss!]);
    }
  }
});

test('labels of one class in train are InsufficientData: nothing could serve', async () => {
  await assert.rejects(train({ ...examples, label: examples.label.map((value, row) => (row < 600 ? 1 : value)) }), {
    name: 'InsufficientData',
    message: /a single class in train: 600 of 600/,
  });
});

test('a regime whose rows lie in one fold is pooled, since that fold would leave it none to learn from', async () => {
  const regime = examples.regime.map((value, row) => (row >= 150 && row < 300 ? 2 : value === 2 ? 1 : value));
  const other = await train({ ...examples, regime });
  const record = await other.inputs.json<SpecialistRecord>(STEP, 'record/SIDEWAYS/linear');
  assert.equal(record.status, 'pooled');
  assert.match(record.reason!, /in fold 1/);
});

test('with shuffled labels at most 3 of 20 seeds have an out-of-fold AUC beyond 0.5 by 2 standard errors', async () => {
  let beyond = 0;
  for (let seed = 0; seed < 20; seed++) {
    const { inputs: found } = await train(plantExamples(100 + seed, 0));
    const { scores } = await found.json<SpecialistRecord>(STEP, 'record/POOLED/linear');
    // 600 rows in four folds of about 75 + 75: standard error of a fold's AUC of no skill sqrt((n + 1) / (12 n1 n0)) = 0.0473, of the mean 0.0236.
    if (Math.abs(scores!.allRows.areaUnderCurve! - 0.5) > 2 * 0.0236) beyond++;
  }
  assert.ok(beyond <= 3, `${beyond} of 20`);
});
