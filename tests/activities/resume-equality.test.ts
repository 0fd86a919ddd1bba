import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CHAIN_STEPS } from '../../activities/chain-steps.js';
import { validateMonteCarlo } from '../../activities/monte-carlo-validation.js';
import { validateWalkForward } from '../../activities/walk-forward-validation.js';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { StepFunction } from '../../pipeline/step-context.js';
import type { StepDefinition } from '../../pipeline/step-definition.js';
import { monteCarloValidation } from '../../pipeline/steps/monte-carlo-validation.js';
import { walkForwardValidation } from '../../pipeline/steps/walk-forward-validation.js';
import { runInterrupted } from '../support/interrupted-work.js';
import { startS3Server } from '../support/s3-server.js';
import { contentsOf, makeValidationRun } from '../support/validation-run.js';

const server = await startS3Server();
const store = openObjectStore({ url: 's3://resume/test', env: server.env, cacheFolder: join(server.scratch, 'cache') });
await store.ensureBucket();
after(async () => {
  store.close();
  await server.stop();
});

const run = await makeValidationRun();

/** Least number of parts that each step of the small run has; the steps that are not named have none. */
const LEAST_PARTS: Readonly<Record<string, number>> = {
  'market-regime-classification': 19,
  'analyst-specialist-training': 10,
  'analyst-enhancement': 30,
  'analyst-ensemble-creation': 4,
  'tactician-specialist-training': 10,
  'tactician-ensemble-creation': 4,
  'final-parameters-optimization': 20,
  'monte-carlo-validation': 10,
  'walk-forward-validation': 22,
};

const steps: readonly { definition: StepDefinition; run: StepFunction }[] = [
  ...CHAIN_STEPS,
  { definition: monteCarloValidation, run: validateMonteCarlo },
  { definition: walkForwardValidation, run: validateWalkForward },
];

for (const { definition, run: step } of steps.filter(({ definition: { id } }) => id in LEAST_PARTS)) {
  test(`${definition.id}: cut off after 1, 2, 4, ... more parts it computes each part once and ends with the bytes of an uninterrupted run`, async () => {
    const whole = run.memory.artifacts.has(definition.id) ? run.memory : await run.runStep(definition, step);
    let resumed = run.copyMemory();
    const { parts, attempts } = await runInterrupted({
      store,
      key: definition.id,
      attempt: async (checkpoint) => {
        resumed = await run.runStep(definition, step, { checkpoint });
      },
    });
    assert.equal(await contentsOf(resumed, definition.id), await contentsOf(whole, definition.id));
    assert.equal(new Set(parts).size, parts.length, `computed twice: ${parts.filter((part, i) => parts.indexOf(part) !== i).join(', ')}`);
    const least = LEAST_PARTS[definition.id] as number;
    assert.ok(parts.length >= least, `${parts.length} parts, expected ${least}: ${parts.join(', ')}`);
    assert.ok(attempts > 2, `${attempts} attempts`);
    const epochs = parts.filter((part) => /attention\/\w+#\d+$/.test(part));
    if (definition.id === 'analyst-enhancement') assert.ok(epochs.length > 20, `the network was cut off between its epochs: ${epochs.length}`);
  });
}
