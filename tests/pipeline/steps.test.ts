import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalJson } from '../../pipeline/canonical-json.js';
import { daySegments, daysOfSegment } from '../../pipeline/day-segments.js';
import type { StepDefinition } from '../../pipeline/step-definition.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { makePlan } from '../support/make-plan.js';

describe('the step table', () => {
  test('has sixteen steps, each after all that it needs, with ids and activity names of their own', () => {
    assert.equal(STEPS.length, 16);
    assert.equal(new Set(STEPS.map((step) => step.id)).size, 16);
    assert.equal(new Set(STEPS.map((step) => step.activity)).size, 16);
    const seen = new Set<string>();
    for (const step of STEPS as readonly StepDefinition[]) {
      for (const id of [...step.needs, ...(step.after ?? [])]) assert.ok(seen.has(id), `${step.id} stands after ${id}`);
      seen.add(step.id);
    }
  });

  test('no step reads a parameter that changes no artifact', () => {
    const plain = makePlan({});
    const other = makePlan({
      threads: 4,
      chunkRows: 9999,
      segmentDays: 2,
      memoryThreshold: 0.3,
      parallel: true,
      featureCache: true,
      fanOut: 'activities',
      onStepFailure: 'fail',
      cache: { mode: 'off' },
    });
    for (const step of STEPS) assert.equal(canonicalJson(step.parameters(plain)), canonicalJson(step.parameters(other)), step.id);
  });

  test('a run of walk-forward to saving opens the test segment only after the chain is finished', () => {
    const after = (STEPS as readonly StepDefinition[]).filter((step) => ['walk-forward-validation', 'monte-carlo-validation', 'ab-testing'].includes(step.id));
    for (const step of after) assert.ok([...step.needs, ...(step.after ?? [])].includes('final-parameters-optimization'), step.id);
  });
});

describe('day segments', () => {
  test('cover every day of the window once, whatever their size', () => {
    const window = { fromMs: Date.UTC(2024, 1, 27, 5), toMs: Date.UTC(2024, 2, 3, 1) };
    const days = ['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01', '2024-03-02', '2024-03-03'];
    for (const size of [1, 2, 4, 7]) assert.deepEqual(daySegments(window, size).flatMap(daysOfSegment), days);
  });
});

describe('canonical JSON', () => {
  test('sorts keys, leaves undefined out and refuses what JSON cannot hold', () => {
    assert.equal(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined }), '{"b":[1,{"c":"x","d":null}]}');
    assert.throws(() => canonicalJson({ a: Number.NaN }), /finite/);
  });
});
