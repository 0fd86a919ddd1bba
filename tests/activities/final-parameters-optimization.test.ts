import assert from 'node:assert/strict';
import test from 'node:test';
import type { FinalParametersSummary } from '../../activities/final-parameters-optimization.js';
import { optimizeFinalParameters } from '../../activities/final-parameters-optimization.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { loadChain } from '../../activities/load-chain.js';
import { assembleDecisions } from '../../core/backtest/assemble-decisions.js';
import { applyChain } from '../../core/chain/apply-chain.js';
import { barsFromTable, barsToTable } from '../../core/data/bars.js';
import { float64Column, makeTable } from '../../core/data/table.js';
import { finalParametersOptimization } from '../../pipeline/steps/final-parameters-optimization.js';
import { replaceFineBars } from '../support/fine-months.js';
import { contentsOf, makeValidationRun } from '../support/validation-run.js';

const run = await makeValidationRun();

test('decisions assembled from the artifacts of selection are those that the loaded chain gives on raw bars', async () => {
  const inputs = memoryInputs(run.memory);
  const { selection } = run.plan.segments;
  const assembled = assembleDecisions(
    {
      calibrated: await inputs.table('confidence-calibration', 'calibrated', 'ares.calibrated'),
      examples: await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels'),
      regimes: await inputs.table('market-regime-classification', 'regimes', 'ares.regimes'),
      pooled: await inputs.table('analyst-specialist-training', 'later/POOLED/lightgbm', 'ares.predictions'),
    },
    { segment: 'selection', latestSignalMs: selection.toMs - run.plan.embargoMs },
  );
  const chain = await loadChain(inputs, run.ports);
  const funding = { timeMs: float64Column(run.funding, 'timeMs'), rate: float64Column(run.funding, 'rate') };
  const applied = applyChain(chain, { fineBars: run.fineBars, funding }, selection);
  chain.dispose();
  const count = assembled.entryTimeMs.length;
  assert.ok(count > 20, `expected many decisions, found ${count}`);
  for (const name of ['signalTimeMs', 'entryTimeMs', 'side', 'analyst', 'tactician', 'pooled', 'volatility'] as const) {
    assert.deepEqual(Array.from(assembled[name]), Array.from(applied[name].subarray(0, count)), name);
  }
  assert.deepEqual(Array.from(assembled.regimes), Array.from(applied.regimes.subarray(0, 4 * count)));
});

test('step 12 records every trial, scores on selection only, and does not look at bars after it', async () => {
  const memory = await run.runStep(finalParametersOptimization, optimizeFinalParameters);
  const inputs = memoryInputs(memory);
  const summary = await inputs.json<FinalParametersSummary>('final-parameters-optimization', 'summary');
  const trials = await inputs.json<{ study: string; state: string }[]>('final-parameters-optimization', 'trials');
  assert.equal(trials.length, 6 * 4);
  assert.equal(summary.trials, trials.length);
  assert.deepEqual([...new Set(trials.map((trial) => trial.study))], ['thresholds', 'sizing', 'risk', 'ensemble', 'regime', 'timing']);
  const changed = run.copyMemory();
  const bars = barsToTable(run.fineBars);
  const close = float64Column(bars, 'closeTimeMs');
  const later = Object.fromEntries(
    Object.entries(bars.columns).map(([name, column]) => [
      name,
      name.endsWith('Ms') ? column : (column as Float64Array).map((value, i) => (close[i]! > run.plan.segments.selection.toMs ? value * 2 : value)),
    ]),
  );
  replaceFineBars(changed, barsFromTable(makeTable(later)));
  const other = await run.runStep(finalParametersOptimization, optimizeFinalParameters, { memory: changed });
  assert.equal(await contentsOf(other, 'final-parameters-optimization'), await contentsOf(memory, 'final-parameters-optimization'));
  assert.equal(run.openings.length, 0);
});

test('step 12 keeps the default parameters where no point has enough trades, and says so', async () => {
  const thin = { ...run.plan, spec: { ...run.plan.spec, minimumEffectiveSample: 10_000 } };
  const inputs = memoryInputs(await run.runStep(finalParametersOptimization, optimizeFinalParameters, { plan: thin }));
  const summary = await inputs.json<FinalParametersSummary>('final-parameters-optimization', 'summary');
  const parameters = await inputs.json<{ thresholds: unknown }>('final-parameters-optimization', 'parameters');
  assert.equal(summary.status, 'insufficient');
  assert.match(summary.reason, /no point of 24 had 10000 trades on selection/);
  assert.deepEqual(parameters.thresholds, { analyst: 0.5, tactician: 0.5 });
});
