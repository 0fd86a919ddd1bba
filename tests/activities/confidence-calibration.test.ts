/** Step 11: calibrators see the calibration segment only; selection is where before and after are compared. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { calibrateConfidence } from '../../activities/confidence-calibration.js';
import type { Uncertainty } from '../../activities/calibration-uncertainty.js';
import type { Calibrators } from '../../activities/confidence-calibration.js';
import { readEnsembleOutputs } from '../../activities/ensemble-outputs.js';
import { makeArtifactMemory, memoryInputs, runStepInProcess } from '../../activities/in-process-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { applyCalibrator } from '../../core/calibration/calibrator.js';
import { conformalQuantile, labelScores } from '../../core/conformal/split-conformal.js';
import { float64Column, makeTable, textColumn } from '../../core/data/table.js';
import type { Table } from '../../core/data/table.js';
import { loadNoveltyDetector } from '../../core/models/novelty-detector.js';
import { REGIMES } from '../../core/regimes/regime-names.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { confidenceCalibration } from '../../pipeline/steps/confidence-calibration.js';
import type { StepId } from '../../pipeline/steps/index.js';
import { chainPorts } from '../support/chain-run.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const STEP = 'confidence-calibration';
const LABELS = [
  ['analyst-labeling-feature-engineering', 'ares.labels'],
  ['tactician-labeling', 'ares.tactician-labels'],
] as const;
const trained = await trainSimulatedChain(
  { preset: 'dev', maxTrials: 1, retentionDays: 16, simulation: { tradesPerMinute: 8 } },
  { until: 'tactician-ensemble-creation' },
);

async function calibrate(flipped: string | null, minimumEffectiveSample = 30): Promise<ArtifactMemory> {
  const memory = makeArtifactMemory();
  for (const [step, artifacts] of trained.memory.artifacts) memory.artifacts.set(step, new Map(artifacts));
  for (const [step, schema] of LABELS) {
    const labels = await memoryInputs(trained.memory).table(step as StepId, 'labels', schema);
    memory.artifacts.get(step)!.set('labels', { table: flipSegment(labels, flipped) });
  }
  return calibrateOver(memory, minimumEffectiveSample);
}

async function calibrateOver(memory: ArtifactMemory, minimumEffectiveSample = 30): Promise<ArtifactMemory> {
  const plan = { ...trained.plan, spec: { ...trained.plan.spec, minimumEffectiveSample } };
  const execution = { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 512, featureCache: false, sourceFiles: {} };
  await runStepInProcess({ definition: confidenceCalibration, run: calibrateConfidence as never }, plan, {
    memory,
    ports: chainPorts(),
    execution,
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  });
  return memory;
}

function flipSegment(labels: Table, segment: string | null): Table {
  const segments = textColumn(labels, 'segment');
  return makeTable({ ...labels.columns, label: float64Column(labels, 'label').map((y, i) => (segments[i] === segment ? 1 - y : y)) });
}

test('labels of train and selection move neither the calibrators nor a calibrated probability', async () => {
  const before = (await calibrate(null)).artifacts.get(STEP)!;
  for (const segment of ['train', 'selection']) {
    const after = (await calibrate(segment)).artifacts.get(STEP)!;
    for (const name of ['calibrators', 'calibrated']) assert.deepEqual(after.get(name), before.get(name), `${name} after turning ${segment}`);
  }
  assert.notDeepEqual((await calibrate('calibration')).artifacts.get(STEP)!.get('calibrators'), before.get('calibrators'));
});

test('calibrated holds what the stored calibrators make of the raw columns, for calibration and selection rows', async () => {
  const inputs = memoryInputs(await calibrate('calibration', 1));
  const calibrators = await inputs.json<Calibrators>(STEP, 'calibrators');
  const table = await inputs.table(STEP, 'calibrated', 'ares.calibrated');
  assert.deepEqual(new Set(textColumn(table, 'segment')), new Set(['calibration', 'selection']));
  for (const role of ['analyst', 'tactician'] as const) {
    assert.deepEqual(float64Column(table, role), applyCalibrator(calibrators[role].calibrator, float64Column(table, `${role}Raw`)));
  }
});

test('below the minimum effective sample both roles keep their probabilities and say insufficient', async () => {
  const inputs = memoryInputs(await calibrate(null, 1e6));
  const calibrators = await inputs.json<Calibrators>(STEP, 'calibrators');
  const table = await inputs.table(STEP, 'calibrated', 'ares.calibrated');
  for (const role of ['analyst', 'tactician'] as const) {
    assert.equal(calibrators[role].status, 'insufficient');
    assert.deepEqual(float64Column(table, role), float64Column(table, `${role}Raw`));
  }
});

test('before and after stand on selection with counts, reliability bins that hold every row, and the floor of the ECE', async () => {
  const inputs = memoryInputs(await calibrate(null));
  const scores = await inputs.table(STEP, 'scores', 'ares.scores');
  const find = (model: string, method: string, metric: string): { value: number; count: number } => {
    const at = textColumn(scores, 'metric').findIndex(
      (each, i) => each === metric && textColumn(scores, 'model')[i] === model && textColumn(scores, 'method')[i] === method,
    );
    return { value: float64Column(scores, 'value')[at]!, count: (scores.columns['count'] as Int32Array)[at]! };
  };
  const reliability = await inputs.table(STEP, 'reliability', 'ares.reliability');
  for (const model of ['analyst', 'tactician']) {
    for (const method of ['raw', 'calibrated']) {
      const { value: brier, count } = find(model, method, 'brier');
      assert.ok(brier > 0 && brier < 1 && count > 50);
      assert.ok(find(model, method, 'ece-floor').value < find(model, method, 'ece-floor-upper').value);
      const binned = textColumn(reliability, 'model').reduce(
        (sum, each, i) => sum + (each === model && textColumn(reliability, 'method')[i] === method ? (reliability.columns['count'] as Int32Array)[i]! : 0),
        0,
      );
      assert.equal(binned, count);
    }
  }
});

test('label sets rest on calibration alone: their thresholds move with its labels and with no others', async () => {
  const rules = async (flipped: string | null) => {
    const { analyst, tactician } = await memoryInputs(await calibrate(flipped)).json<Uncertainty>(STEP, 'uncertainty');
    return [analyst.rule, tactician.rule];
  };
  const before = await rules(null);
  for (const segment of ['train', 'selection']) assert.deepEqual(await rules(segment), before, segment);
  assert.notDeepEqual(await rules('calibration'), before);
});

test('coverage on selection is counted from raw probabilities, its interval from the sum of uniqueness', async () => {
  const inputs = memoryInputs(await calibrate(null));
  const uncertainty = await inputs.json<Uncertainty>(STEP, 'uncertainty');
  for (const role of ['analyst', 'tactician'] as const) {
    const { raw, y, segment, regime } = await readEnsembleOutputs(inputs, role);
    const of = (name: string): number[] => [...raw.keys()].filter((i) => segment[i] === name && Number.isFinite(y[i]));
    const scores = (rows: number[]): Float64Array =>
      labelScores(
        Float64Array.from(rows, (i) => y[i]!),
        Float64Array.from(rows, (i) => raw[i]!),
      );
    const { rule, coverage, byRegime, adaptive } = uncertainty[role];
    assert.equal(rule.pooled, conformalQuantile(scores(of('calibration')), 0.1));
    const thresholds = REGIMES.map((name) => (name in rule.byRegime ? rule.byRegime[name]! : rule.pooled!));
    const selection = of('selection');
    const held = scores(selection).filter((score, k) => score <= thresholds[regime[selection[k]!]!]!);
    assert.equal(coverage.rows, selection.length);
    assert.equal(coverage.covered, held.length / selection.length);
    assert.ok(coverage.effectiveSample < coverage.rows && coverage.low < coverage.covered && coverage.covered < coverage.high);
    assert.equal(
      Object.values(byRegime).reduce((sum, { rows }) => sum + rows, 0),
      coverage.rows,
    );
    assert.equal(adaptive.rows, coverage.rows);
  }
});

test('detectors are fitted on train alone, on the columns that models are offered, and flag few rows of train', async () => {
  const bytes = async (change: (segment: string) => boolean): Promise<Uint8Array[]> => {
    const memory = makeArtifactMemory();
    for (const [step, artifacts] of trained.memory.artifacts) memory.artifacts.set(step, new Map(artifacts));
    for (const [step, schema] of LABELS) {
      const segments = textColumn(await memoryInputs(trained.memory).table(step as StepId, 'labels', schema), 'segment');
      const features = await memoryInputs(trained.memory).table(step as StepId, 'features', 'ares.features');
      const columns = Object.entries(features.columns).map(([name, column]) => [
        name,
        name.endsWith('Ms') || !(column instanceof Float64Array) ? column : column.map((value, i) => (change(segments[i]!) ? value * 3 + 1 : value)),
      ]);
      memory.artifacts.get(step)!.set('features', { table: makeTable(Object.fromEntries(columns)) });
    }
    const calibrated = memoryInputs(await calibrateOver(memory));
    return [await calibrated.bytes(STEP, 'detector/analyst'), await calibrated.bytes(STEP, 'detector/tactician')];
  };
  const before = await bytes(() => false);
  assert.deepEqual(await bytes((segment) => segment !== 'train'), before);
  assert.notDeepEqual(await bytes((segment) => segment === 'train'), before);
  const detector = loadNoveltyDetector(before[0]!);
  const pruning = await memoryInputs(trained.memory).table('analyst-labeling-feature-engineering', 'pruning', 'ares.pruning');
  assert.deepEqual(
    detector.featureNames,
    textColumn(pruning, 'feature').filter((_, i) => pruning.columns['kept']![i] === 1),
  );
});
