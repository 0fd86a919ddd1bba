import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adjustPlan, adjustSpec } from '../../pipeline/adjust-plan.js';
import { parkedCommands, resetCommands, shellWord } from '../../pipeline/resume-commands.js';
import { makePlan } from '../support/make-plan.js';

test('an adjusted plan keeps window, segments and source, and merges nested keys', () => {
  const plan = makePlan({ maxTrials: 9 });
  const adjusted = adjustPlan(plan, { costs: { takerFeeBps: 4 }, bootstrapPaths: 500 }, ['data-collection']);
  assert.ok(adjusted.ok);
  assert.deepEqual([adjusted.value.window, adjusted.value.segments, adjusted.value.source], [plan.window, plan.segments, plan.source]);
  assert.deepEqual(adjusted.value.spec.costs, { ...plan.spec.costs, takerFeeBps: 4 });
  assert.equal(adjusted.value.settings.bootstrapPaths, 500);
  assert.deepEqual(
    adjusted.changes.map((change) => change.split(':')[0]),
    ['costs', 'bootstrapPaths'],
  );
});

test('what changes no value may change while every step is at work', () => {
  const plan = makePlan({});
  assert.ok(
    adjustPlan(plan, { threads: 2, memoryThreshold: 0.5, autoCheckpointMinutes: 2, onStepFailure: 'fail' }, [
      'data-collection',
      'analyst-enhancement',
      'saving',
    ]).ok,
  );
});

test('no series is collected whose files were not looked for with the plan; one may be left out, and a disagreement answered otherwise', () => {
  const plan = makePlan({ source: 'archive', external: ['open-interest'], compareWith: { source: 'rest' } });
  const others = {
    series: 'bars',
    external: ['open-interest', 'fear-greed'],
    pairs: ['BTCUSDT'],
    quotes: true,
    compareWith: { source: 'files', path: '/second' },
  };
  for (const [key, value] of Object.entries(others)) {
    const refused = adjustPlan(plan, { [key]: value }, []);
    assert.ok(!refused.ok, key);
    assert.match(refused.problems.join(), new RegExp(`^${key}: fixed when the run began`));
  }
  const less = adjustPlan(plan, { external: [], compareWith: null }, []);
  assert.ok(less.ok);
  assert.deepEqual([less.value.spec.external, less.value.spec.compareWith], [[], null]);
  const flagged = adjustPlan(plan, { compareWith: { onDisagreement: 'fail' } }, []);
  assert.ok(flagged.ok);
  assert.equal(flagged.value.spec.compareWith?.onDisagreement, 'fail');
  const second = adjustPlan(makePlan({ source: 'archive' }), { compareWith: { source: 'rest' } }, []);
  assert.ok(!second.ok && /^compareWith: fixed/.test(second.problems.join()));
});

test('a GPU plan may go on on the CPU for steps to come, not for those that have read the device', () => {
  const plan = makePlan({});
  const gpu = { ...plan, settings: { ...plan.settings, device: 'gpu' as const } };
  const moved = adjustPlan(gpu, { device: 'cpu' }, ['data-collection']);
  assert.ok(moved.ok);
  assert.equal(moved.value.settings.device, 'cpu');
});

test('an override of an unknown step or key is refused by name', () => {
  const { spec } = makePlan({});
  const problems = (overrides: object): string => {
    const adjusted = adjustSpec(spec, { ...overrides });
    return adjusted.ok ? '' : adjusted.problems.join('; ');
  };
  assert.match(problems({ cache: { refresh: ['A5'] } }), /cache.refresh: unknown step "A5"/);
  assert.match(problems({ costs: { fee: 1 } }), /unknown key costs.fee/);
});

test('a workflow id with spaces and quotes is quoted in every command', () => {
  const { ares, temporal } = parkedCommands({ workflowId: "train it's", step: 'saving', attempt: 2 });
  assert.equal(ares[0], `ares resume 'train it'\\''s'`);
  assert.equal(temporal[0], `temporal workflow update execute --workflow-id 'train it'\\''s' --name retryStep --input '{"step":"saving","attempt":2}'`);
  assert.equal(resetCommands('a/b', 7).temporal, 'temporal workflow reset --workflow-id a/b --event-id 7 --reason mended');
  assert.equal(shellWord('train/ares/ETHUSDT'), 'train/ares/ETHUSDT');
});
