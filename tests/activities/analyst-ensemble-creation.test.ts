/** Step 7: signals for every labelled train row (out of fold) and every later row; what the members, the stack and the blend score. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createAnalystEnsembles } from '../../activities/analyst-ensemble-creation.js';
import { makeArtifactMemory, memoryInputs, runStepInProcess } from '../../activities/in-process-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { float64Column, int32Column, makeTable, textColumn } from '../../core/data/table.js';
import type { Table } from '../../core/data/table.js';
import type { Ensemble } from '../../core/ensembles/ensemble.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { analystEnsembleCreation } from '../../pipeline/steps/analyst-ensemble-creation.js';
import { chainPorts } from '../support/chain-run.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const LABELS = 'analyst-labeling-feature-engineering';
const trained = await trainSimulatedChain({ preset: 'quick-test', simulation: { tradesPerMinute: 8 } }, { until: 'analyst-enhancement' });

/** The step on the trained specialists, the labels changed; a fresh memory each time. */
async function stack(change: (labels: Table) => Table = (labels) => labels): Promise<ArtifactMemory> {
  const memory = makeArtifactMemory();
  for (const [step, artifacts] of trained.memory.artifacts) if (step !== analystEnsembleCreation.id) memory.artifacts.set(step, new Map(artifacts));
  const labels = change(await memoryInputs(memory).table(LABELS, 'labels', 'ares.labels'));
  memory.artifacts.get(LABELS)!.set('labels', { table: labels });
  const execution = { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 512, featureCache: false, sourceFiles: {} };
  await runStepInProcess({ definition: analystEnsembleCreation, run: createAnalystEnsembles as never }, trained.plan, {
    memory,
    ports: chainPorts(),
    execution,
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  });
  return memory;
}

/** The table's labels turned round in the rows that `where` names. */
function flip(labels: Table, where: (row: number) => boolean): Table {
  return makeTable({ ...labels.columns, label: float64Column(labels, 'label').map((y, row) => (where(row) ? 1 - y : y)) });
}

const signalsOf = async (memory: ArtifactMemory): Promise<Table> => memoryInputs(memory).table('analyst-ensemble-creation', 'signals', 'ares.signals');

test('every labelled row of train, calibration and selection has one signal, train ones with the fold that left them out', async () => {
  const signals = await signalsOf(await stack());
  const labels = await memoryInputs(trained.memory).table(LABELS, 'labels', 'ares.labels');
  const expected = textColumn(labels, 'segment').flatMap((segment, row) => (segment === 'none' ? [] : [row]));
  assert.deepEqual(
    [...int32Column(signals, 'row')].sort((a, b) => a - b),
    expected,
  );
  const fold = int32Column(signals, 'fold');
  textColumn(signals, 'segment').forEach((segment, i) => assert.equal(fold[i]! >= 0, segment === 'train'));
  assert.deepEqual([...new Set(fold)].sort(), [-1, 0, 1, 2, 3]);
});

test('labels of calibration and selection move neither the ensemble nor a signal', async () => {
  const before = await stack();
  const segments = textColumn(await memoryInputs(trained.memory).table(LABELS, 'labels', 'ares.labels'), 'segment');
  const after = await stack((labels) => flip(labels, (row) => segments[row] === 'calibration' || segments[row] === 'selection'));
  for (const name of ['ensemble', 'signals'])
    assert.deepEqual(after.artifacts.get('analyst-ensemble-creation')!.get(name), before.artifacts.get('analyst-ensemble-creation')!.get(name));
});

test("a fold's own labels move none of its signals, but those of other folds and of later rows", async () => {
  const before = await signalsOf(await stack());
  const fold = int32Column(before, 'fold');
  const row = int32Column(before, 'row');
  const own = new Set([...row].filter((_, i) => fold[i] === 1));
  const after = await signalsOf(await stack((labels) => flip(labels, (bar) => own.has(bar))));
  const moved = new Set([...float64Column(before, 'probability')].flatMap((p, i) => (p === float64Column(after, 'probability')[i] ? [] : [fold[i]!])));
  assert.ok(!moved.has(1));
  assert.ok(moved.has(-1) && moved.has(0) && moved.has(2));
});

test('scores on selection stand beside each other for the stack, the equal blend and each member', async () => {
  const memory = await stack();
  const scores = await memoryInputs(memory).table('analyst-ensemble-creation', 'scores', 'ares.scores');
  const ensemble = await memoryInputs(memory).json<Ensemble>('analyst-ensemble-creation', 'ensemble');
  const methods = textColumn(scores, 'method');
  const of = (method: string): number =>
    methods.filter((each, i) => each === method && textColumn(scores, 'segment')[i] === 'selection' && textColumn(scores, 'metric')[i] === 'log-loss').length;
  assert.equal(of('stack'), 1);
  assert.equal(of('equal-blend'), 1);
  assert.equal(
    of('member'),
    memoryInputs(memory).names('analyst-specialist-training', 'models/').length + memoryInputs(memory).names('analyst-enhancement', 'models/').length,
  );
  assert.equal(ensemble.stacks.at(-1)!.regime, 'POOLED');
});

test('without a pooled specialist the step fails with InsufficientData', async () => {
  const pooled = trained.memory.artifacts.get('analyst-specialist-training')!;
  const kept = new Map(pooled);
  const enhanced = new Map(trained.memory.artifacts.get('analyst-enhancement'));
  const restore = new Map(enhanced);
  for (const artifacts of [pooled, enhanced]) for (const name of [...artifacts.keys()]) if (name.startsWith('models/POOLED/')) artifacts.delete(name);
  trained.memory.artifacts.set('analyst-enhancement', enhanced);
  await assert.rejects(stack(), { name: 'InsufficientData', message: /pooled|POOLED/ });
  trained.memory.artifacts.set('analyst-specialist-training', kept).set('analyst-enhancement', restore);
});
