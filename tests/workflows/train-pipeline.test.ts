import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/activity';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { RunResult } from '../../pipeline/run-status.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { badData, failureOf, makeGate, startHarness, storeDown, untilCancelled, waitFor } from './workflow-harness.js';
import type { WorkflowHarness } from './workflow-harness.js';

let harness: WorkflowHarness;

before(async () => {
  harness = await startHarness();
});

after(async () => harness.stop());

async function execute(spec: unknown, ...behaviour: Parameters<WorkflowHarness['start']> extends [unknown, ...infer Rest] ? Rest : never): Promise<RunResult> {
  return harness.result(await harness.start(spec, ...behaviour));
}

async function listed(query: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const run of harness.client.workflow.list({ query })) ids.push(run.workflowId);
  return ids;
}

describe('trainPipeline', { timeout: 300_000 }, () => {
  test('runs the sixteen steps in the order of the table and returns one result a step', async () => {
    const result = await execute({});
    const { calls } = harness;
    assert.deepEqual(
      result.steps.map((step) => step.step),
      STEPS.map((step) => step.id),
    );
    assert.deepEqual(
      calls.slice(0, 12),
      STEPS.slice(0, 12).map((step) => step.id),
    );
    assert.deepEqual(calls.slice(12, 15).sort(), ['ab-testing', 'monte-carlo-validation', 'walk-forward-validation']);
    assert.equal(calls[15], 'saving');
  });

  test('a spec with a wrong type and an unknown key fails at once with InvalidSpec naming both', async () => {
    const failure = await failureOf(execute({ symbol: 5, foo: 1 }));
    assert.equal(failure.type, 'InvalidSpec');
    assert.match(failure.message, /unknown key foo/);
    assert.match(failure.message, /symbol: .*found 5/);
    assert.deepEqual(harness.calls, []);
  });

  test('bad data fails the run at once, no later step starts, and the text names event, step and both commands', async () => {
    const id = await harness.start({}, { 'regime-data-splitting': badData });
    const failure = await failureOf(harness.result(id));
    assert.equal(failure.type, 'InvalidData');
    assert.match(failure.message, /step regime-data-splitting failed: InvalidData: file a.csv line 3: price -1/);
    const event = Number(/Reset to event (\d+) \(step regime-data-splitting\)/.exec(failure.message)?.[1]);
    assert.ok(
      failure.message.includes(`\`ares resume ${id}\` or \`temporal workflow reset --workflow-id ${id} --event-id ${event} --reason mended\``),
      failure.message,
    );
    const history = await harness.client.workflow.getHandle(id).fetchHistory();
    assert.ok(history.events?.[event - 1]?.workflowTaskCompletedEventAttributes, `event ${event} is a completed workflow task`);
    const scheduled = history.events?.slice(event).find((item) => item.activityTaskScheduledEventAttributes);
    assert.equal(scheduled?.activityTaskScheduledEventAttributes?.activityType?.name, 'splitByRegime');
    assert.equal(harness.calls.at(-1), 'regime-data-splitting');
  });

  test('with onStepFailure fail a failure of the environment ends the run', async () => {
    assert.equal((await failureOf(execute({ onStepFailure: 'fail' }, { 'data-collection': storeDown }))).type, 'StoreUnavailable');
  });

  test('a branch that fails while its sisters run does not stall the run, and saving does not start', async () => {
    const gate = makeGate();
    const id = await harness.start(
      {},
      {
        'walk-forward-validation': async () => gate.opened,
        'monte-carlo-validation': () => {
          throw ApplicationFailure.nonRetryable('NaN', 'NumericalError');
        },
      },
    );
    await harness.until(id, (status) => status.steps.some((step) => step.state === 'failed'));
    gate.open();
    assert.equal((await failureOf(harness.result(id))).type, 'NumericalError');
    assert.equal(harness.calls.includes('saving'), false);
    const history = await harness.client.workflow.getHandle(id).fetchHistory();
    assert.equal(
      history.events?.some((event) => event.workflowTaskFailedEventAttributes),
      false,
    );
  });

  test('fanned out as activities each unit is asked for once, then the step combines', async () => {
    const units: string[] = [];
    await execute({ fanOut: 'activities' }, { 'analyst-specialist-training': (request) => void units.push(request.unit ?? 'combined') });
    assert.equal(units.length, 11);
    assert.equal(units.at(-1), 'combined');
    assert.equal(new Set(units).size, 11);
  });

  test('current steps and fraction of the status are what the history says at the same moment', async () => {
    const gate = makeGate();
    const id = await harness.start({}, { 'walk-forward-validation': async () => gate.opened, 'ab-testing': async () => gate.opened });
    const status = await harness.until(id, (now) => now.steps.find((step) => step.id === 'monte-carlo-validation')?.state === 'done');
    const history = await harness.client.workflow.getHandle(id).fetchHistory();
    const begun = new Map<number, string>();
    for (const event of history.events ?? []) {
      const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
      const step = STEPS.find(({ activity }) => activity === name);
      if (step !== undefined) begun.set(Number(event.eventId), step.id);
    }
    const ended = (history.events ?? []).flatMap((event) => begun.get(Number(event.activityTaskCompletedEventAttributes?.scheduledEventId ?? 0)) ?? []);
    assert.deepEqual(
      status.current,
      [...begun.values()].filter((step) => !ended.includes(step)),
    );
    assert.deepEqual(status.current, ['walk-forward-validation', 'ab-testing']);
    assert.equal(status.fraction, ended.length / STEPS.length);
    assert.equal(status.fraction, 13 / 16);
    await waitFor(
      async () => listed(`WorkflowId = "${id}" AND RunState = "Running" AND CurrentStep = "walk-forward-validation"`),
      (ids) => ids.length === 1,
    );
    gate.open();
    await harness.result(id);
    await waitFor(
      async () => listed(`WorkflowId = "${id}" AND RunState = "Succeeded" AND StepsDone = 16`),
      (ids) => ids.length === 1,
    );
  });

  test('a canceled run stops its step, starts none after it, and its status calls nothing done or running that is not', async () => {
    const id = await harness.start({}, { 'market-regime-classification': untilCancelled });
    await harness.until(id, (status) => status.current.includes('market-regime-classification'));
    await harness.ares.cancel(id);
    await assert.rejects(harness.result(id), /cancel/i);
    const status = await harness.status(id);
    assert.equal(status.state, 'Canceled');
    assert.deepEqual(
      status.steps.slice(0, 4).map((step) => step.state),
      ['done', 'canceled', 'waiting', 'waiting'],
    );
    assert.equal(harness.calls.includes('regime-data-splitting'), false);
    assert.equal(harness.records.at(-1)?.status.state, 'Canceled');
  });

  test('twenty starts at once of one id give one run', async () => {
    const gate = makeGate();
    harness.behaviour.clear();
    harness.behaviour.set('data-collection', async () => gate.opened);
    const id = `once-${Math.random().toString(36).slice(2)}`;
    harness.calls.length = 0;
    const started = await Promise.all(Array.from({ length: 20 }, async () => harness.ares.start({}, id)));
    assert.equal(new Set(started.map(({ runId }) => runId)).size, 1);
    gate.open();
    await harness.result(id);
    assert.equal(harness.calls.filter((step) => step === 'data-collection').length, 1);
    const again = await harness.ares.start({}, id);
    assert.deepEqual([again.adopted, again.runId], [true, started[0]?.runId]);
    await assert.rejects(
      harness.client.workflow.start('trainPipeline', {
        taskQueue: 'ares-workflow',
        workflowId: id,
        args: [{}],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      }),
      WorkflowExecutionAlreadyStartedError,
    );
  });
});
