/** Step 8 on a simulated market, with signals of known probabilities. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSpecInput } from '../../pipeline/config.js';
import type { Table } from '../../core/data/table.js';
import type { StepInputs } from '../../pipeline/step-context.js';
import type { SimulatedChain } from '../support/simulated-chain.js';
import { memoryInputs, runStepInProcess } from '../../activities/in-process-steps.js';
import { labelTactician } from '../../activities/tactician-labeling.js';
import { float64Column, int32Column, makeTable, textColumn } from '../../core/data/table.js';
import { makeRandom } from '../../core/stats/random.js';
import { tacticianLabeling } from '../../pipeline/steps/tactician-labeling.js';
import { chainPorts } from '../support/chain-run.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const EXECUTION = { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, sourceFiles: {} };

const STEP4 = 'analyst-labeling-feature-engineering';
const SPEC: RunSpecInput = { preset: 'quick-test', simulation: { tradesPerMinute: 8 } };

/** Signals for every labelled row of a segment, as step 7 writes them. */
function signalTable(labels: Table, probability: (row: number) => number): Table {
  const rows = [...textColumn(labels, 'segment').keys()].filter((row) => textColumn(labels, 'segment')[row] !== 'none');
  return makeTable({
    row: Int32Array.from(rows),
    closeTimeMs: Float64Array.from(rows, (row) => float64Column(labels, 'closeTimeMs')[row]!),
    probability: Float64Array.from(rows, probability),
    segment: rows.map((row) => textColumn(labels, 'segment')[row]!),
    fold: Int32Array.from(rows, (row) => (textColumn(labels, 'segment')[row] === 'train' ? row % 4 : -1)),
  });
}

async function runStep8(chain: SimulatedChain, signals: Table): Promise<StepInputs> {
  const artifacts = new Map(chain.memory.artifacts);
  artifacts.set('analyst-ensemble-creation', new Map([['signals', { table: signals }]]));
  const memory = { artifacts };
  await runStepInProcess({ definition: tacticianLabeling, run: labelTactician }, chain.plan, {
    memory,
    ports: chainPorts(),
    execution: EXECUTION,
    signal: new AbortController().signal,
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  });
  return memoryInputs(memory);
}

const chain = await trainSimulatedChain(SPEC, { until: STEP4 });
const analystLabels = await memoryInputs(chain.memory).table(STEP4, 'labels', 'ares.labels');
const random = makeRandom(2);
const signals = signalTable(analystLabels, () => random.uniform());
const outputs = await runStep8(chain, signals);
const labels = await outputs.table('tactician-labeling', 'labels', 'ares.tactician-labels');
const features = await outputs.table('tactician-labeling', 'features', 'ares.features');

test('every signal makes one example, and row is its index in labels and features', () => {
  assert.equal(labels.rowCount, signals.rowCount);
  assert.equal(features.rowCount, labels.rowCount);
  assert.deepEqual([...int32Column(labels, 'row')], [...Array(labels.rowCount).keys()]);
  assert.deepEqual(int32Column(labels, 'signalRow'), int32Column(signals, 'row'));
  assert.deepEqual(int32Column(labels, 'fold'), int32Column(signals, 'fold'));
});

test('entry follows the signal by a minute, and its features are stamped with it', () => {
  const [signalMs, entryMs] = [float64Column(labels, 'closeTimeMs'), float64Column(labels, 'entryTimeMs')];
  assert.ok(signalMs.every((time, i) => entryMs[i] === time + 60_000));
  assert.deepEqual(float64Column(features, 'closeTimeMs'), entryMs);
});

test("an example lies in its signal's segment, or in none where its outcome is known later", () => {
  const [own, ofSignal] = [textColumn(labels, 'segment'), textColumn(signals, 'segment')];
  const ends = float64Column(labels, 'labelEndMs');
  own.forEach((segment, i) => {
    const isLate = !(ends[i]! <= chain.plan.segments[ofSignal[i] as 'train'].toMs);
    assert.equal(segment, isLate ? 'none' : ofSignal[i]);
  });
  assert.ok(own.filter((segment) => segment === 'train').length > 200);
});

test('signals that know the outcome win more often than signals that oppose it', async () => {
  const winRate = async (sign: number): Promise<number> => {
    const known = await runStep8(
      chain,
      signalTable(analystLabels, (row) => 0.5 + sign * 0.4 * (2 * float64Column(analystLabels, 'label')[row]! - 1)),
    );
    const outcome = float64Column(await known.table('tactician-labeling', 'labels', 'ares.tactician-labels'), 'label').filter((value) => !Number.isNaN(value));
    return outcome.reduce((sum, value) => sum + value, 0) / outcome.length;
  };
  const [right, wrong] = [await winRate(1), await winRate(-1)];
  assert.ok(right > 0.6 && wrong < 0.3, `right ${right}, wrong ${wrong}`);
});

test('other signals give other examples (inventory A8)', async () => {
  const other = await runStep8(
    chain,
    signalTable(analystLabels, () => 0.9),
  );
  const theirs = await other.table('tactician-labeling', 'labels', 'ares.tactician-labels');
  assert.notDeepEqual(int32Column(theirs, 'side'), int32Column(labels, 'side'));
});

test('on spot only the long signals make examples', async () => {
  const spot = await trainSimulatedChain({ ...SPEC, market: 'spot' }, { until: STEP4 });
  const spotLabels = await memoryInputs(spot.memory).table(STEP4, 'labels', 'ares.labels');
  const draws = makeRandom(2);
  const table = signalTable(spotLabels, () => draws.uniform());
  const made = await (await runStep8(spot, table)).table('tactician-labeling', 'labels', 'ares.tactician-labels');
  assert.equal(made.rowCount, float64Column(table, 'probability').filter((p) => p >= 0.5).length);
  assert.ok(int32Column(made, 'side').every((side) => side === 1));
});

test('signals that make no example fail the step', async () => {
  const spot = { ...chain, plan: { ...chain.plan, spec: { ...chain.plan.spec, market: 'spot' as const } } };
  await assert.rejects(
    runStep8(
      spot,
      signalTable(analystLabels, () => 0.1),
    ),
    { name: 'InsufficientData', message: /none among \d+ signals/ },
  );
});

test('a signal whose time is not that of its bar is refused', async () => {
  const shifted = makeTable({ ...signals.columns, closeTimeMs: float64Column(signals, 'closeTimeMs').map((time) => time + 1) });
  await assert.rejects(runStep8(chain, shifted), { name: 'InvalidData', message: /expected closeTimeMs/ });
});
