import assert from 'node:assert/strict';
import test from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { RiskSummary, ScenarioResult } from '../../activities/monte-carlo-validation.js';
import { validateMonteCarlo } from '../../activities/monte-carlo-validation.js';
import { monteCarloValidation } from '../../pipeline/steps/monte-carlo-validation.js';
import { contentsOf, makeValidationRun } from '../support/validation-run.js';

const run = await makeValidationRun();

test('step 14 bootstraps the test, replays four scenarios, and gives the same bytes at 1 and 4 threads', async () => {
  run.openings.length = 0;
  const memory = await run.runStep(monteCarloValidation, validateMonteCarlo);
  assert.equal(run.openings.length, 1);
  const inputs = memoryInputs(memory);
  const risk = await inputs.json<RiskSummary>('monte-carlo-validation', 'risk');
  const scenarios = await inputs.json<ScenarioResult[]>('monte-carlo-validation', 'scenarios');
  const paths = await inputs.table('monte-carlo-validation', 'paths', 'ares.paths');
  assert.deepEqual(
    scenarios.map((scenario) => scenario.id),
    ['market-crash', 'volatility-spike', 'liquidity-crisis', 'black-swan'],
  );
  assert.equal(paths.rowCount, 500 + 4 * 2);
  assert.ok(risk.tail[1]!.valueAtRisk >= risk.tail[0]!.valueAtRisk);
  assert.ok(risk.tail.every((tail) => tail.expectedShortfall >= tail.valueAtRisk));
  assert.ok(scenarios[0]!.meanBuyAndHoldReturn < risk.buyAndHold.netReturn - 0.2);
  const again = await run.runStep(monteCarloValidation, validateMonteCarlo, { threads: 4 });
  assert.equal(await contentsOf(again, 'monte-carlo-validation'), await contentsOf(memory, 'monte-carlo-validation'));
});
