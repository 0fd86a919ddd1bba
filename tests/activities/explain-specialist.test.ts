/** Steps 5, 6 and 9 leave what each specialist looks at, from rows that they may see. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { explainSpecialist } from '../../activities/explain-specialist.js';
import { memoryInputs, runStepInProcess } from '../../activities/in-process-steps.js';
import { modelFamilies } from '../../activities/model-families.js';
import { labelledTrain, loadAnalystExamples } from '../../activities/specialist-examples.js';
import type { SpecialistExamples } from '../../activities/specialist-examples.js';
import { ownFitData } from '../../activities/specialist-folds.js';
import type { Table } from '../../core/data/table.js';
import { float64Column, int32Column, textColumn } from '../../core/data/table.js';
import type { ModelFamily } from '../../core/models/model.js';
import { checkTable } from '../../pipeline/check-table.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import type { SchemaId } from '../../pipeline/schemas.js';
import type { StepContext } from '../../pipeline/step-context.js';
import { analystSpecialistTraining } from '../../pipeline/steps/analyst-specialist-training.js';
import { chainPorts } from '../support/chain-run.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const SPEC = { preset: 'quick-test', retentionDays: 10, minimumEffectiveSample: 5, simulation: { tradesPerMinute: 8, signalStrength: 0.6 } } as const;
const chain = await trainSimulatedChain(SPEC, { until: 'analyst-specialist-training' });
const ports = chainPorts();
const context = await captureContext();
const examples = await loadAnalystExamples(context.inputs, 'POOLED');
const families = await modelFamilies(ports);

/** The context of step 5's combination, which has no unit: what a step function is handed. */
async function captureContext(): Promise<StepContext<never>> {
  let captured: StepContext<never> | null = null;
  const run = async (given: StepContext<never>): Promise<void> => {
    captured = given;
  };
  await runStepInProcess({ definition: analystSpecialistTraining, run }, chain.plan, {
    memory: chain.memory,
    ports,
    execution: { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 512, featureCache: false, sourceFiles: {} },
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint: NO_CHECKPOINT,
    progress: () => undefined,
  });
  return captured!;
}

/** What is written of a family fitted on all of train, its columns cut to the first few and its epochs to two. */
async function explained(family: ModelFamily, over: SpecialistExamples = examples): Promise<Map<string, Table>> {
  const parameters = { ...family.defaults, ...('epochs' in family.defaults ? { epochs: 2 } : {}) };
  const fit = ownFitData(examples, labelledTrain(examples), examples.keptColumns.slice(0, 4));
  const model = await family.fit(fit, { seed: 3, threads: 1, parameters });
  const bytes = model.save();
  model.dispose();
  const tables = new Map<string, Table>();
  const table = async (name: string, schema: SchemaId, value: Table): Promise<void> => void tables.set(name, checkTable(value, schema, name));
  await explainSpecialist({ ...context, outputs: { ...context.outputs, table } }, over, {
    unit: { regime: 'POOLED', family, parameters },
    fit,
    bytes,
  });
  return tables;
}

test('every trained specialist of step 5 has its explanation: one row a column of the model, the strongest first', async () => {
  const inputs = memoryInputs(chain.memory);
  const models = inputs.names('analyst-specialist-training', 'models/');
  assert.ok(models.length >= 2);
  assert.deepEqual(
    inputs.names('analyst-specialist-training', 'explanation/'),
    models.map((name) => name.replace('models/', 'explanation/')),
  );
  for (const name of models) {
    const table = await inputs.table('analyst-specialist-training', name.replace('models/', 'explanation/'), 'ares.explanation');
    const record = await inputs.json<{ keptColumns: string[] }>('analyst-specialist-training', name.replace('models/', 'record/'));
    assert.deepEqual([...textColumn(table, 'feature')].sort(), [...record.keptColumns].sort());
    const contribution = float64Column(table, 'contribution');
    assert.ok(contribution.every((value, i) => value >= 0 && (i === 0 || value <= contribution[i - 1]!)));
    // A thin regime may have no row in calibration, and a small model no split.
    if (name.endsWith('POOLED/lightgbm')) assert.ok(contribution[0]! > 0 && int32Column(table, 'permutedRows')[0]! > 0);
  }
});

test('trees explain themselves exactly, a network by walks that add up; the network with attention also leaves its weights by lag', async () => {
  const trees = await explained(families['lightgbm']!);
  assert.deepEqual([...trees.keys()], ['explanation/POOLED/lightgbm']);
  assert.equal(textColumn(trees.get('explanation/POOLED/lightgbm')!, 'method')[0], 'exact');
  const network = await explained(families['gru-attention']!);
  assert.deepEqual([...network.keys()], ['explanation/POOLED/gru-attention', 'attention/POOLED/gru-attention']);
  assert.equal(textColumn(network.get('explanation/POOLED/gru-attention')!, 'method')[0], 'permutation-shap');
  const attention = network.get('attention/POOLED/gru-attention')!;
  assert.equal(attention.rowCount, families['gru-attention']!.defaults['window']);
  assert.ok(Math.abs(float64Column(attention, 'weight').reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9);
});

test('labels and features of selection do not move an explanation, the same model gives the same table', async () => {
  const later = (i: number): boolean => examples.segment[i] === 'selection';
  const values = examples.matrix.values.map((value, k) => (later(Math.floor(k / examples.matrix.columnCount)) ? -value : value));
  const changed = { ...examples, matrix: { ...examples.matrix, values }, label: examples.label.map((label, i) => (later(i) ? 1 - label : label)) };
  const family = families['linear']!;
  assert.deepEqual(await explained(family, changed), await explained(family));
});

test('shuffling is judged on calibration, which the fit has not seen: its labels move the figures, those of train do not', async () => {
  const family = families['linear']!;
  const shuffled = async (segment: string): Promise<Float64Array> => {
    const label = examples.label.map((value, i) => (examples.segment[i] === segment ? 1 - value : value));
    return float64Column((await explained(family, { ...examples, label })).get('explanation/POOLED/linear')!, 'permutation');
  };
  const [asIs, ofTrain, ofCalibration] = [await shuffled('none of them'), await shuffled('train'), await shuffled('calibration')];
  assert.deepEqual(ofTrain, asIs);
  assert.ok(ofCalibration.some((value, i) => Number.isFinite(value) && value !== asIs[i]));
});

test('a model whose contributions do not add up to its predictions fails the step by name', async () => {
  const honest = families['linear']!;
  const lying: ModelFamily = {
    ...honest,
    load: (bytes) => {
      const model = honest.load(bytes);
      return { ...model, explain: (features, rows) => ({ ...model.explain!(features, rows)!, base: 0.3 }) };
    },
  };
  await assert.rejects(explained(lying), { name: 'NumericalError', message: /POOLED\/linear: expected base and contributions of row 0/ });
});
