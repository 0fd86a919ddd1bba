import assert from 'node:assert/strict';
import test from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { WalkForwardSummary, WindowResult } from '../../activities/walk-forward-validation.js';
import { validateWalkForward } from '../../activities/walk-forward-validation.js';
import { barsToTable } from '../../core/data/bars.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { walkForwardValidation } from '../../pipeline/steps/walk-forward-validation.js';
import { makeValidationRun } from '../support/validation-run.js';

const run = await makeValidationRun();

test('step 13 refits the chain in each window, and combines windows and equity', async () => {
  const memory = await run.runStep(walkForwardValidation, validateWalkForward);
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
  const [window] = walkForwardValidation.parameters(run.plan).windows;
  const poor = { ...run.fineBars };
  const memory = run.copyMemory();
  // Regime models need a minimum of rows: a window whose plan asks for more than it has is the cheapest way there.
  const strict: RunPlan = { ...run.plan, spec: { ...run.plan.spec, minimumEffectiveSample: 100_000 } };
  const inputs = memoryInputs(await run.runStep(walkForwardValidation, validateWalkForward, { plan: strict, memory }));
  const result = await inputs.json<WindowResult>('walk-forward-validation', `window/${window!.name}`);
  assert.equal(result.status, 'insufficient');
  assert.match(result.reason!, /^regime-data-splitting: expected at least 100000 analyst bars/);
  assert.equal(result.strategy.netReturn, 0);
  poor.close = poor.close.map((value, i) => (i === 5000 ? Number.NaN : value));
  memory.artifacts.get('market-regime-classification')!.set('bars-fine', { table: barsToTable(poor) });
  await assert.rejects(run.runStep(walkForwardValidation, validateWalkForward, { memory }), { name: 'InvalidData' });
});
