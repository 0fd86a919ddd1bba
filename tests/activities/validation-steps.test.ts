/** Steps 12 to 15 on a small simulated run, by the product's own step functions over artifacts in memory. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { runAbTest } from '../../activities/ab-testing.js';
import type { AbVerdict } from '../../activities/ab-testing.js';
import type { FinalParametersSummary } from '../../activities/final-parameters-optimization.js';
import { optimizeFinalParameters } from '../../activities/final-parameters-optimization.js';
import { makeArtifactMemory, memoryInputs, runStepInProcess } from '../../activities/in-process-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { bundleFiles, loadChain } from '../../activities/load-chain.js';
import type { RiskSummary, ScenarioResult } from '../../activities/monte-carlo-validation.js';
import { validateMonteCarlo } from '../../activities/monte-carlo-validation.js';
import type { WalkForwardSummary, WindowResult } from '../../activities/walk-forward-validation.js';
import { validateWalkForward } from '../../activities/walk-forward-validation.js';
import { makeBundleArchive } from '../../adapters/bundle-archive/index.js';
import { sha256Hex } from '../../adapters/object-store/index.js';
import { assembleDecisions } from '../../core/backtest/assemble-decisions.js';
import { applyChain } from '../../core/chain/apply-chain.js';
import { barsToTable } from '../../core/data/bars.js';
import { float64Column, makeTable } from '../../core/data/table.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepPorts } from '../../pipeline/ports.js';
import type { StepDefinition, StepFunction } from '../../pipeline/step.js';
import { abTesting } from '../../pipeline/steps/ab-testing.js';
import { finalParametersOptimization } from '../../pipeline/steps/final-parameters-optimization.js';
import { monteCarloValidation } from '../../pipeline/steps/monte-carlo-validation.js';
import { walkForwardValidation } from '../../pipeline/steps/walk-forward-validation.js';
import { chainPorts, EXECUTION, NEVER_ABORTED, trainSimulatedChain } from '../support/simulated-chain.js';

const trained = await trainSimulatedChain(
  { preset: 'quick-test', retentionDays: 10, maxTrials: 3, bootstrapPaths: 500, minimumEffectiveSample: 5, simulation: { tradesPerMinute: 8, signalStrength: 0.6 } },
  'final-parameters-optimization',
);
const { plan } = trained;
const openings: { dataKey: string; modelKey: string }[] = [];
const objects = new Map<string, Uint8Array>();
const ports: StepPorts = {
  ...chainPorts(),
  ledger: { record: async (opening) => void openings.push(opening) },
  archive: makeBundleArchive(),
  readObject: async ({ uri }) => objects.get(uri)!,
};

/** A copy of the run's memory whose maps can be added to. */
function copyMemory(memory: ArtifactMemory = trained.memory): ArtifactMemory {
  const copy = makeArtifactMemory();
  for (const [step, artifacts] of memory.artifacts) copy.artifacts.set(step, new Map(artifacts));
  return copy;
}

async function runStep(definition: StepDefinition, step: StepFunction, over: { plan?: RunPlan; memory?: ArtifactMemory; threads?: number } = {}): Promise<ArtifactMemory> {
  const memory = over.memory ?? copyMemory();
  memory.artifacts.delete(definition.id);
  const execution = { ...EXECUTION, threads: over.threads ?? 1 };
  await runStepInProcess(definition, step, over.plan ?? plan, { memory, ports, execution, signal: NEVER_ABORTED, progress: () => undefined });
  return memory;
}

/** Every artifact of a step as text. */
function contents(memory: ArtifactMemory, step: string): string {
  return JSON.stringify([...memory.artifacts.get(step)!].map(([name, artifact]) => [
    name, 'table' in artifact ? Object.entries(artifact.table.columns).map(([column, values]) => [column, Array.from(values as ArrayLike<unknown>, String)]) : artifact,
  ]));
}

test('decisions assembled from the artifacts of selection are those that the loaded chain gives on raw bars', async () => {
  const inputs = memoryInputs(trained.memory);
  const { selection } = plan.segments;
  const assembled = assembleDecisions({
    calibrated: await inputs.table('confidence-calibration', 'calibrated', 'ares.calibrated'),
    examples: await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels'),
    regimes: await inputs.table('market-regime-classification', 'regimes', 'ares.regimes'),
    pooled: await inputs.table('analyst-specialist-training', 'later/POOLED/lightgbm', 'ares.predictions'),
  }, { segment: 'selection', latestSignalMs: selection.toMs - plan.embargoMs });
  const chain = await loadChain(inputs, ports);
  const funding = { timeMs: float64Column(trained.funding, 'timeMs'), rate: float64Column(trained.funding, 'rate') };
  const applied = applyChain(chain, { fineBars: trained.fineBars, funding }, selection);
  chain.dispose();
  const count = assembled.entryTimeMs.length;
  assert.ok(count > 20, `expected many decisions, found ${count}`);
  for (const name of ['signalTimeMs', 'entryTimeMs', 'side', 'analyst', 'tactician', 'pooled', 'volatility'] as const) {
    assert.deepEqual(Array.from(assembled[name]), Array.from(applied[name].subarray(0, count)), name);
  }
  assert.deepEqual(Array.from(assembled.regimes), Array.from(applied.regimes.subarray(0, 4 * count)));
});

test('step 12 records every trial, scores on selection only, and does not look at bars after it', async () => {
  const memory = await runStep(finalParametersOptimization, optimizeFinalParameters);
  const inputs = memoryInputs(memory);
  const summary = await inputs.json<FinalParametersSummary>('final-parameters-optimization', 'summary');
  const trials = await inputs.json<{ study: string; state: string }[]>('final-parameters-optimization', 'trials');
  assert.equal(trials.length, 6 * 4);
  assert.equal(summary.trials, trials.length);
  assert.deepEqual([...new Set(trials.map((trial) => trial.study))], ['thresholds', 'sizing', 'risk', 'ensemble', 'regime', 'timing']);
  const changed = copyMemory();
  const bars = barsToTable(trained.fineBars);
  const close = float64Column(bars, 'closeTimeMs');
  const later = Object.fromEntries(Object.entries(bars.columns).map(([name, column]) => [name, name.endsWith('Ms') ? column : (column as Float64Array).map((value, i) => (close[i]! > plan.segments.selection.toMs ? value * 2 : value))]));
  changed.artifacts.get('market-regime-classification')!.set('bars-fine', { table: makeTable(later) });
  const other = await runStep(finalParametersOptimization, optimizeFinalParameters, { memory: changed });
  assert.equal(contents(other, 'final-parameters-optimization'), contents(memory, 'final-parameters-optimization'));
  assert.equal(openings.length, 0);
});

test('step 12 keeps the default parameters where no point has enough trades, and says so', async () => {
  const thin = { ...plan, spec: { ...plan.spec, minimumEffectiveSample: 10_000 } };
  const inputs = memoryInputs(await runStep(finalParametersOptimization, optimizeFinalParameters, { plan: thin }));
  const summary = await inputs.json<FinalParametersSummary>('final-parameters-optimization', 'summary');
  const parameters = await inputs.json<{ thresholds: unknown }>('final-parameters-optimization', 'parameters');
  assert.equal(summary.status, 'insufficient');
  assert.match(summary.reason, /no point of 24 had 10000 trades on selection/);
  assert.deepEqual(parameters.thresholds, { analyst: 0.5, tactician: 0.5 });
});

test('step 13 refits the chain in each window, and combines windows and equity', async () => {
  const memory = await runStep(walkForwardValidation, validateWalkForward);
  const inputs = memoryInputs(memory);
  const summary = await inputs.json<WalkForwardSummary>('walk-forward-validation', 'summary');
  const windows = await inputs.table('walk-forward-validation', 'windows', 'ares.walk-forward');
  assert.equal(summary.windows, 2);
  assert.equal(windows.rowCount, 2);
  assert.equal(summary.scored + summary.insufficient, 2);
  assert.ok(summary.scored > 0);
  const names = inputs.names('walk-forward-validation', 'window/');
  const results = await Promise.all(names.map(async (name) => inputs.json<WindowResult>('walk-forward-validation', name)));
  const growth = results.reduce((product, result) => product * (1 + result.strategy.netReturn), 1);
  assert.ok(Math.abs(growth - 1 - summary.strategy.netReturn) < 1e-12);
  assert.ok(results.every((result, i) => i === 0 || result.segments.test.fromMs >= results[i - 1]!.segments.test.toMs));
});

test('step 13 records a window with too little data as insufficient, and passes every other failure on', async () => {
  const [window] = walkForwardValidation.parameters(plan).windows;
  const poor = { ...trained.fineBars };
  const memory = copyMemory();
  // Regime models need a minimum of rows: a window whose plan asks for more than it has is the cheapest way there.
  const strict: RunPlan = { ...plan, spec: { ...plan.spec, minimumEffectiveSample: 100_000 } };
  const inputs = memoryInputs(await runStep(walkForwardValidation, validateWalkForward, { plan: strict, memory }));
  const result = await inputs.json<WindowResult>('walk-forward-validation', `window/${window!.name}`);
  assert.equal(result.status, 'insufficient');
  assert.match(result.reason!, /^regime-data-splitting: expected at least 100000 analyst bars/);
  assert.equal(result.strategy.netReturn, 0);
  poor.close = poor.close.map((value, i) => (i === 5000 ? Number.NaN : value));
  memory.artifacts.get('market-regime-classification')!.set('bars-fine', { table: barsToTable(poor) });
  await assert.rejects(runStep(walkForwardValidation, validateWalkForward, { memory }), { name: 'InvalidData' });
});

test('step 14 bootstraps the test, replays four scenarios, and gives the same bytes at 1 and 4 threads', async () => {
  openings.length = 0;
  const memory = await runStep(monteCarloValidation, validateMonteCarlo);
  assert.equal(openings.length, 1);
  const inputs = memoryInputs(memory);
  const risk = await inputs.json<RiskSummary>('monte-carlo-validation', 'risk');
  const scenarios = await inputs.json<ScenarioResult[]>('monte-carlo-validation', 'scenarios');
  const paths = await inputs.table('monte-carlo-validation', 'paths', 'ares.paths');
  assert.deepEqual(scenarios.map((scenario) => scenario.id), ['market-crash', 'volatility-spike', 'liquidity-crisis', 'black-swan']);
  assert.equal(paths.rowCount, 500 + 4 * 2);
  assert.ok(risk.tail[1]!.valueAtRisk >= risk.tail[0]!.valueAtRisk);
  assert.ok(risk.tail.every((tail) => tail.expectedShortfall >= tail.valueAtRisk));
  assert.ok(scenarios[0]!.meanBuyAndHoldReturn < risk.buyAndHold.netReturn - 0.2);
  const again = await runStep(monteCarloValidation, validateMonteCarlo, { threads: 4 });
  assert.equal(contents(again, 'monte-carlo-validation'), contents(memory, 'monte-carlo-validation'));
});

test('step 15 compares with the pooled single model on the same bars', async () => {
  const inputs = memoryInputs(await runStep(abTesting, runAbTest));
  const verdict = await inputs.json<AbVerdict>('ab-testing', 'verdict');
  assert.equal(verdict.champion, 'pooled');
  const champion = await inputs.table('ab-testing', 'champion-equity', 'ares.equity');
  const challenger = await inputs.table('ab-testing', 'challenger-equity', 'ares.equity');
  assert.deepEqual(champion.columns['timeMs'], challenger.columns['timeMs']);
  assert.deepEqual(champion.columns['price'], challenger.columns['price']);
});

test('step 15 gives no winner when the champion is the same model, loaded from its bundle', async () => {
  const bundle = await ports.archive.pack(await bundleFiles(memoryInputs(trained.memory)));
  objects.set('memory:bundle', bundle);
  const same: RunPlan = { ...plan, champion: { version: '1.0.0', bundleSha256: sha256Hex(bundle), bundleUri: 'memory:bundle' }, spec: { ...plan.spec, minimumEffectiveSample: 1 } };
  const inputs = memoryInputs(await runStep(abTesting, runAbTest, { plan: same }));
  const verdict = await inputs.json<AbVerdict>('ab-testing', 'verdict');
  assert.equal(verdict.champion, '1.0.0');
  assert.ok(verdict.verdict === 'no difference' || verdict.verdict === 'no verdict', verdict.verdict);
  assert.deepEqual(verdict.championSummary, verdict.challengerSummary);
});
