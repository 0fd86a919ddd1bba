/** The chain with every family: each is trained, stacked and served; a thin regime falls back to the pooled model and says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHAIN_STEPS } from '../../activities/chain-steps.js';
import { memoryInputs, runStepInProcess } from '../../activities/in-process-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { loadChain } from '../../activities/load-chain.js';
import type { EnhancementRecord, SpecialistRecord } from '../../activities/specialist-record.js';
import { applyChain } from '../../core/chain/apply-chain.js';
import { textColumn } from '../../core/data/table.js';
import type { Ensemble } from '../../core/ensembles/ensemble.js';
import { modelHeader } from '../../core/models/model-bytes.js';
import { NETWORK_ENSEMBLES } from '../../core/nn/networks.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { NETWORK_FAMILIES, SPECIALIST_FAMILIES } from '../../pipeline/specialist-families.js';
import { tacticianFamilies } from '../../pipeline/specialists.js';
import type { StepDefinition } from '../../pipeline/step-definition.js';
import { chainPorts, runChain } from '../support/chain-run.js';
import { makePlan } from '../support/make-plan.js';
import { simulatedBars } from '../support/simulated-bars.js';

const ANALYST = 'analyst-specialist-training';
const TACTICIAN = 'tactician-specialist-training';
const ENHANCEMENT = 'analyst-enhancement';
/** More than the effective sample of any regime of these six days, less than that of all together. */
const MINIMUM = 60;
/** Units of these regimes: one without a model of its own, and the pooled one. */
const TRAINED = /^(BULL|POOLED)(\/|$)/;

const plan = makePlan({ models: 'all', retentionDays: 6, folds: 2, minimumEffectiveSample: MINIMUM, simulation: { tradesPerMinute: 8 } });
const { bars, funding } = simulatedBars(plan);

/** Steps 2 to 4 as they stand, then the rest with the units of two regimes. */
async function trainAll(): Promise<ArtifactMemory> {
  const memory = await runChain({ plan, bars, funding, until: 'analyst-labeling-feature-engineering' });
  const from = CHAIN_STEPS.findIndex(({ definition }) => definition.id === ANALYST);
  for (const { definition, run } of CHAIN_STEPS.slice(from)) {
    const few: StepDefinition = { ...definition, units: (of) => (definition.units?.(of) ?? []).filter((unit) => TRAINED.test(unit)) };
    await runStepInProcess({ definition: few, run }, plan, {
      memory,
      ports: chainPorts(),
      execution: { threads: 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, sourceFiles: {} },
      signal: { aborted: false, throwIfAborted: () => undefined },
      checkpoint: NO_CHECKPOINT,
      progress: () => undefined,
    });
  }
  return memory;
}

const memory = await trainAll();
const inputs = memoryInputs(memory);

test('every family is trained on all regimes: a model of that family, and a probability of every labelled train row by one that has not seen it', async () => {
  for (const family of SPECIALIST_FAMILIES) {
    const record = await inputs.json<SpecialistRecord>(ANALYST, `record/POOLED/${family}`);
    assert.deepEqual([record.family, record.status], [family, 'trained']);
    assert.equal(modelHeader(await inputs.bytes(ANALYST, `models/POOLED/${family}`)).family, family);
    const oof = await inputs.table(ANALYST, `oof/POOLED/${family}`, 'ares.predictions');
    assert.equal(oof.rowCount, record.rows);
    const probability = oof.columns['probability'] as Float64Array;
    assert.ok(
      probability.every((value) => value >= 0 && value <= 1),
      family,
    );
    // 144 rows a fold are too few for a split of XGBoost's by default: one value a fold is all that trees then say.
    assert.ok(new Set(probability).size > (NETWORK_FAMILIES.includes(family) ? 100 : 1), `${family}: ${new Set(probability).size} values`);
    assert.ok(record.scores!.selection.logLoss! > 0 && record.baseline!.selection.logLoss! > 0);
  }
});

test('an ensemble of networks has each member\u2019s scores in its record, and beside its own in the table; members differ', async () => {
  const { columns } = await inputs.table(ANALYST, 'scores', 'ares.scores');
  const rowsOf = (name: string): Readonly<Record<string, number>> => {
    const model = columns['model'] as readonly string[];
    const about = (i: number): string => ['method', 'segment', 'metric'].map((key) => (columns[key] as readonly string[])[i]).join(', ');
    return Object.fromEntries(model.flatMap((of, i) => (of === name ? [[about(i), (columns['value'] as Float64Array)[i]!]] : [])));
  };
  const [held, stopping] = ['refit, own regime, calibration, logLoss', 'refit, examples that stopped its training, train, logLoss'];
  for (const { base, members } of NETWORK_ENSEMBLES) {
    const name = `POOLED/${base.id}-ensemble`;
    const record = await inputs.json<SpecialistRecord>(ANALYST, `record/${name}`);
    const own = rowsOf(name);
    const each = Array.from({ length: members }, (_, i) => rowsOf(`${name}/member ${i + 1}`));
    assert.deepEqual(
      each.map((row) => row[held]),
      record.members!.later.map(({ calibration }) => calibration.logLoss),
    );
    assert.deepEqual([...each.map((row) => row[stopping]), own[stopping]], [...record.members!.stopping!.members, record.members!.stopping!.ensemble]);
    for (const key of [held, stopping]) {
      const losses = each.map((row) => row[key]!);
      assert.equal(new Set(losses).size, members, `${name}: ${losses}`);
      // Jensen: the log loss of the mean probability is at most the mean of the log losses.
      assert.ok(own[key]! <= losses.reduce((sum, loss) => sum + loss, 0) / members + 1e-12, `${name}: ${own[key]} beside ${losses}`);
    }
  }
  assert.equal((await inputs.json<SpecialistRecord>(ANALYST, 'record/POOLED/mlp')).members, undefined);
});

test('a regime below the minimum effective sample is served by the pooled model in every family, with the sample and the minimum as reason', async () => {
  for (const [step, families] of [
    [ANALYST, SPECIALIST_FAMILIES],
    [TACTICIAN, tacticianFamilies(plan)],
  ] as const) {
    for (const family of families) {
      const record = await inputs.json<SpecialistRecord>(step, `record/BULL/${family}`);
      assert.deepEqual([record.status, record.scores, record.baseline], ['pooled', null, null]);
      assert.equal(record.reason, `effective sample ${record.effectiveSample.toFixed(2)} in train, below ${MINIMUM}`);
      assert.deepEqual(
        inputs.names(step).filter((name) => name.endsWith(`/BULL/${family}`)),
        [`record/BULL/${family}`],
      );
    }
  }
});

test('step 6 leaves the thin regime to the pooled model, and tries a search a family and attention on the others', async () => {
  const [thin, pooled] = (await inputs.json<{ regimes: EnhancementRecord[] }>(ENHANCEMENT, 'enhancement')).regimes;
  assert.equal(thin!.status, 'pooled');
  assert.deepEqual(
    pooled!.candidates.map(({ family, trials }) => [family, trials]),
    [
      ['lightgbm-tuned', 1],
      ['xgboost', 1],
      ['elastic-net', 1],
      ['mlp', 1],
      ['attention', 0],
    ],
  );
  const trials = await inputs.json<{ study: string }[]>(ENHANCEMENT, 'trials/POOLED');
  assert.deepEqual(
    trials.map(({ study }) => study),
    ['POOLED/lightgbm-tuned', 'POOLED/xgboost', 'POOLED/elastic-net', 'POOLED/mlp'],
  );
});

test('step 7 stacks every family and whatever step 6 kept; regimes without specialists use that stack', async () => {
  const { stacks } = await inputs.json<Ensemble>('analyst-ensemble-creation', 'ensemble');
  const pooled = stacks.find(({ regime }) => regime === 'POOLED')!;
  const kept = inputs.names(ENHANCEMENT, 'models/POOLED/').map((name) => name.slice('models/POOLED/'.length));
  assert.deepEqual(pooled.members.map(({ family }) => family).sort(), [...SPECIALIST_FAMILIES, ...kept].sort());
  assert.ok(pooled.weights.every((weight) => weight >= 0));
  for (const stack of stacks.filter(({ regime }) => regime !== 'POOLED')) {
    assert.equal(stack.status, 'pooled');
    assert.match(stack.reason, /no specialist of \w+ was trained, the stack of POOLED serves/);
  }
});

test('step 10 stacks the families that see a signal by itself', async () => {
  const { stacks } = await inputs.json<Ensemble>('tactician-ensemble-creation', 'ensemble');
  assert.deepEqual(
    stacks
      .find(({ regime }) => regime === 'POOLED')!
      .members.map(({ family }) => family)
      .sort(),
    [...tacticianFamilies(plan)].sort(),
  );
});

test('the chain of all families applied to raw bars gives what its steps wrote, bit for bit', async () => {
  const chain = await loadChain(inputs, chainPorts());
  const fundingSeries = { timeMs: funding.columns['timeMs'] as Float64Array, rate: funding.columns['rate'] as Float64Array };
  const calibrated = await inputs.table('confidence-calibration', 'calibrated', 'ares.calibrated');
  const segments = textColumn(calibrated, 'segment');
  const value = (name: string, row: number): number => (calibrated.columns[name] as Float64Array)[row]!;
  for (const segment of ['calibration', 'selection'] as const) {
    const decisions = applyChain(chain, { fineBars: bars, funding: fundingSeries }, plan.segments[segment]);
    const rows = segments.flatMap((name, row) => (name === segment ? [row] : []));
    assert.ok(rows.length > 30, `${rows.length} rows of ${segment}`);
    for (const row of rows) {
      const at = decisions.signalTimeMs.indexOf(value('closeTimeMs', row));
      for (const name of ['analystRaw', 'tacticianRaw'] as const) assert.equal(decisions[name][at], value(name, row), `${name} of ${segment} row ${row}`);
    }
  }
  chain.dispose();
});
