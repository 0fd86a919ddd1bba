import assert from 'node:assert/strict';
import test from 'node:test';
import { runAbTest } from '../../activities/ab-testing.js';
import type { AbVerdict } from '../../activities/ab-testing.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { bundleFiles } from '../../activities/load-chain.js';
import { sha256Hex } from '../../adapters/object-store/index.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { abTesting } from '../../pipeline/steps/ab-testing.js';
import { makeValidationRun } from '../support/validation-run.js';

const run = await makeValidationRun();

test('step 15 compares with the pooled single model on the same bars', async () => {
  const inputs = memoryInputs(await run.runStep(abTesting, runAbTest));
  const verdict = await inputs.json<AbVerdict>('ab-testing', 'verdict');
  assert.equal(verdict.champion, 'pooled');
  const champion = await inputs.table('ab-testing', 'champion-equity', 'ares.equity');
  const challenger = await inputs.table('ab-testing', 'challenger-equity', 'ares.equity');
  assert.deepEqual(champion.columns['timeMs'], challenger.columns['timeMs']);
  assert.deepEqual(champion.columns['price'], challenger.columns['price']);
});

test('step 15 gives no winner when the champion is the same model, loaded from its bundle', async () => {
  const bundle = await run.ports.archive.pack(await bundleFiles(memoryInputs(run.memory)));
  run.objects.set('memory:bundle', bundle);
  const same: RunPlan = {
    ...run.plan,
    champion: { version: '1.0.0', bundleSha256: sha256Hex(bundle), bundleUri: 'memory:bundle' },
    spec: { ...run.plan.spec, minimumEffectiveSample: 1 },
  };
  const inputs = memoryInputs(await run.runStep(abTesting, runAbTest, { plan: same }));
  const verdict = await inputs.json<AbVerdict>('ab-testing', 'verdict');
  assert.equal(verdict.champion, '1.0.0');
  assert.ok(verdict.verdict === 'no difference' || verdict.verdict === 'no verdict', verdict.verdict);
  assert.deepEqual(verdict.championSummary, verdict.challengerSummary);
});
