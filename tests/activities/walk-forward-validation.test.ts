import assert from 'node:assert/strict';
import test from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { WalkForwardSummary, WindowResult } from '../../activities/walk-forward-validation.js';
import { validateWalkForward } from '../../activities/walk-forward-validation.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { barsFromTable, barsToTable, sliceBars } from '../../core/data/bars.js';
import { float64Column, takeRows } from '../../core/data/table.js';
import type { RegimeModel } from '../../core/regimes/regime-model.js';
import { filterRegimes } from '../../core/regimes/regime-model.js';
import { walkForwardValidation } from '../../pipeline/steps/walk-forward-validation.js';
import { replaceFineBars } from '../support/fine-months.js';
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
  const [named, best] = [float64Column(windows, 'regimeAgreement'), float64Column(windows, 'regimeAgreementBest')];
  assert.ok(Number.isNaN(named[0]!), 'the first window has none before it');
  assert.ok(named[1]! > 0 && named[1]! <= best[1]! + 1e-12 && best[1]! <= 1, `${named[1]} of ${best[1]}`);
  const bars = barsFromTable(await inputs.table('market-regime-classification', 'bars', 'ares.bars'));
  const [former, refitted] = (await Promise.all(
    results.map(async ({ name }) => inputs.json<RegimeModel>('walk-forward-validation', `regime-model/${name}`)),
  )) as [RegimeModel, RegimeModel];
  const shared = sliceBars(
    bars,
    bars.openTimeMs.findIndex((time) => time >= results[1]!.segments.train.fromMs),
    bars.closeTimeMs.findLastIndex((time) => time <= results[0]!.segments.train.toMs) + 1,
  );
  const [a, b] = [filterRegimes(former, shared), filterRegimes(refitted, shared)];
  assert.ok(Math.abs(a.reduce((sum, p, i) => sum + p * b[i]!, 0) / shared.close.length - named[1]!) < 1e-9);
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
  replaceFineBars(memory, poor);
  await assert.rejects(run.runStep(walkForwardValidation, validateWalkForward, { memory }), { name: 'InvalidData' });
});

test('step 13 records a window whose train holds no bar as insufficient: what its step 2 wrote before it failed is not taken for a result', async () => {
  const plan: RunPlan = { ...run.plan, settings: { ...run.plan.settings, walkForwardWindows: 1 } };
  const [window] = walkForwardValidation.parameters(plan).windows;
  const { train } = window!.plan.segments;
  const kept = [...run.fineBars.openTimeMs.keys()].filter((row) => run.fineBars.openTimeMs[row]! >= train.toMs);
  const memory = run.copyMemory();
  replaceFineBars(memory, barsFromTable(takeRows(barsToTable(run.fineBars), kept)));
  const inputs = memoryInputs(await run.runStep(walkForwardValidation, validateWalkForward, { plan, memory }));
  const result = await inputs.json<WindowResult>('walk-forward-validation', `window/${window!.name}`);
  assert.equal(result.status, 'insufficient');
  assert.match(result.reason!, /^market-regime-classification: expected bars to fit the regime model on, found none/);
  assert.deepEqual(inputs.names('walk-forward-validation', 'regime-model/'), []);
});
