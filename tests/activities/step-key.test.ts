/** What of a plan and a machine makes a step's result another one, and what does not. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { stepKey } from '../../activities/step-key.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepDefinition } from '../../pipeline/step-definition.js';
import { STEPS, stepById } from '../../pipeline/steps/index.js';
import { makePlan } from '../support/make-plan.js';

const code = Object.fromEntries(STEPS.map(({ id }) => [id, `code of ${id}`]));
const NATIVES = { 'gradient-boosting': 'lightgbm 1', xgboost: 'xgboost 1', 'tensor-backend': 'tensorflow 1' };
const ANALYST = stepById('analyst-specialist-training');
const TACTICIAN = stepById('tactician-specialist-training');
const ENHANCEMENT = stepById('analyst-enhancement');
const WALK_FORWARD = stepById('walk-forward-validation');

function keyOf(definition: StepDefinition, plan: RunPlan, { unit = null, natives = NATIVES }: { unit?: string | null; natives?: typeof NATIVES } = {}): string {
  return stepKey({ definition, plan, unit, inputs: {}, versions: { code, natives } }).key;
}

function onDevice(plan: RunPlan, settings: Partial<Pick<RunPlan['settings'], 'device' | 'backend' | 'gpuMemoryLimitMiB'>>): RunPlan {
  return { ...plan, settings: { ...plan.settings, ...settings } };
}

test('a network unit has a key of its own on each device, tensor backend and GPU memory limit', () => {
  const plan = makePlan({ models: 'all' });
  const plans = [
    plan,
    onDevice(plan, { backend: 'cpu' }),
    onDevice(plan, { device: 'gpu', backend: 'tensorflow', gpuMemoryLimitMiB: 8192 }),
    onDevice(plan, { device: 'gpu', backend: 'webgpu', gpuMemoryLimitMiB: 8192 }),
    onDevice(plan, { device: 'gpu', backend: 'webgpu', gpuMemoryLimitMiB: 4096 }),
  ];
  for (const [definition, unit] of [
    [ANALYST, 'POOLED/lstm'],
    [TACTICIAN, 'POOLED/mlp'],
    [ENHANCEMENT, 'POOLED'],
  ] as const) {
    assert.equal(new Set(plans.map((one) => keyOf(definition, one, { unit }))).size, plans.length, definition.id);
  }
  assert.equal(new Set(plans.map((one) => keyOf(WALK_FORWARD, one))).size, plans.length);
  // Where no tensor is computed the device changes no number.
  for (const id of ['regime-data-splitting', 'analyst-labeling-feature-engineering', 'confidence-calibration'] as const) {
    assert.equal(new Set(plans.map((one) => keyOf(stepById(id), one))).size, 1, id);
  }
});

test('another family changes the key of the step and of the walk-forward, and of no unit that was there', () => {
  const [few, many] = [makePlan({ models: 'minimal' }), makePlan({ models: 'basic' })];
  for (const definition of [ANALYST, TACTICIAN, ENHANCEMENT, WALK_FORWARD]) assert.notEqual(keyOf(definition, few), keyOf(definition, many), definition.id);
  for (const definition of [ANALYST, TACTICIAN]) {
    for (const unit of ['BULL/lightgbm', 'POOLED/linear']) assert.equal(keyOf(definition, few, { unit }), keyOf(definition, many, { unit }), unit);
    assert.notEqual(keyOf(definition, many, { unit: 'POOLED/linear' }), keyOf(definition, many, { unit: 'POOLED/xgboost' }));
  }
});

test('another version of a library changes the keys of the steps that call it, the seed every key; threads and chunks change none', () => {
  const plan = makePlan({ models: 'all' });
  for (const name of Object.keys(NATIVES) as (keyof typeof NATIVES)[]) {
    const changed = STEPS.filter((step) => keyOf(step, plan) !== keyOf(step, plan, { natives: { ...NATIVES, [name]: 'another' } })).map(({ id }) => id);
    assert.deepEqual(
      changed,
      STEPS.filter(({ adapters }) => (adapters as readonly string[]).includes(name)).map(({ id }) => id),
    );
    for (const { id } of [ANALYST, TACTICIAN, ENHANCEMENT, WALK_FORWARD]) assert.ok(changed.includes(id), `${id} and ${name}`);
  }
  const [seeded, other] = [makePlan({ models: 'all', seed: 8 }), makePlan({ models: 'all', threads: 3, chunkRows: 777, segmentDays: 3, fanOut: 'activities' })];
  for (const step of STEPS) {
    assert.notEqual(keyOf(step, seeded), keyOf(step, plan), step.id);
    assert.equal(keyOf(step, other), keyOf(step, plan), step.id);
  }
});

test('a step without a code hash has no key', () => {
  assert.throws(
    () => stepKey({ definition: ANALYST, plan: makePlan({}), unit: null, inputs: {}, versions: { code: {}, natives: {} } }),
    /no code hash for step analyst-specialist-training/,
  );
});
