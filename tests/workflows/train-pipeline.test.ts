import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/activity';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { planSegments, resolveSettings, embargoOf } from '../../pipeline/plan.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { RunSpec } from '../../pipeline/config.js';
import { TIMEFRAMES } from '../../pipeline/config.js';
import type { RunResult, RunStatus, StepRequest } from '../../pipeline/run-status.js';
import { TASK_QUEUES } from '../../pipeline/run-status.js';
import type { StepResult } from '../../pipeline/artifacts.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { startTemporalServer } from '../support/temporal-server.js';
import type { TemporalServer } from '../support/temporal-server.js';

type Behaviour = (request: StepRequest, call: number) => Promise<void> | void;

/** What each step does in the test now running; the workflow code, server and worker are real. */
const behaviour = new Map<string, Behaviour>();
const calls: string[] = [];
let server: TemporalServer;
let native: NativeConnection;
let client: Client;
let workers: Worker[];
let running: Promise<unknown>;

before(async () => {
  Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });
  server = await startTemporalServer();
  native = await NativeConnection.connect({ address: server.address });
  client = new Client({ connection: await Connection.connect({ address: server.address }) });
  const bundle = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('../../workflows/index.js', import.meta.url)) });
  const activities = fakeActivities();
  workers = await Promise.all(
    Object.values(TASK_QUEUES).map(async (taskQueue) =>
      Worker.create({ connection: native, taskQueue, ...(taskQueue === TASK_QUEUES.workflow ? { workflowBundle: bundle } : { activities }) }),
    ),
  );
  running = Promise.all(workers.map(async (worker) => worker.run()));
});

after(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await native.close();
  await client.connection.close();
  await server.stop();
});

describe('trainPipeline', () => {
  test('runs the sixteen steps in the order of the table and returns one result a step', async () => {
    const result = await execute({});
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
    assert.deepEqual(calls, []);
  });

  test('bad data fails the run at once, no later step starts, and the text names the event to reset to', async () => {
    behaviour.set('regime-data-splitting', () => {
      throw ApplicationFailure.nonRetryable('file a.csv line 3: price -1', 'InvalidData');
    });
    const id = await start({});
    const failure = await failureOf(client.workflow.getHandle(id).result());
    assert.equal(failure.type, 'InvalidData');
    assert.match(failure.message, /step regime-data-splitting failed: InvalidData: file a.csv line 3: price -1/);
    const event = Number(/Reset to event (\d+)/.exec(failure.message)?.[1]);
    const history = await client.workflow.getHandle(id).fetchHistory();
    assert.ok(history.events?.[event - 1]?.workflowTaskCompletedEventAttributes, `event ${event} is a completed workflow task`);
    const scheduled = history.events?.slice(event).find((item) => item.activityTaskScheduledEventAttributes);
    assert.equal(scheduled?.activityTaskScheduledEventAttributes?.activityType?.name, 'splitByRegime');
    assert.equal(calls.at(-1), 'regime-data-splitting');
  });

  test('a run reset to the published event runs the failed step and its successors, not the finished ones', async () => {
    behaviour.set('analyst-enhancement', () => {
      throw ApplicationFailure.nonRetryable('no models', 'MissingArtifact');
    });
    const id = await start({});
    const failure = await failureOf(client.workflow.getHandle(id).result());
    const event = Number(/Reset to event (\d+)/.exec(failure.message)?.[1]);
    behaviour.clear();
    calls.length = 0;
    await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: id },
      workflowTaskFinishEventId: event as never,
      reason: 'mended',
      requestId: `${Math.random()}`,
    });
    const result = (await client.workflow.getHandle(id).result()) as RunResult;
    assert.equal(result.state, 'Succeeded');
    assert.equal(calls[0], 'analyst-enhancement');
    assert.equal(calls.includes('analyst-specialist-training'), false);
  });

  test('a failure of the environment parks the run as Blocked; retryStep goes on', async () => {
    behaviour.set('data-collection', (_, call) => {
      if (call === 1) throw ApplicationFailure.nonRetryable('S3 is down', 'StoreUnavailable');
    });
    const id = await start({});
    const handle = client.workflow.getHandle(id);
    const status = await until(id, (now) => now.state === 'Blocked');
    assert.equal(status.steps[0]?.error?.type, 'StoreUnavailable');
    const found = await client.workflowService.listWorkflowExecutions({
      namespace: 'default',
      query: `WorkflowId = "${id}" AND RunState = "Blocked" AND BlockedStep = "data-collection"`,
    });
    assert.equal(found.executions?.length, 1);
    await assert.rejects(handle.executeUpdate('retryStep', { args: [{ step: 'data-collection', attempt: 2 }] }), /update/i);
    await assert.rejects(handle.executeUpdate('retryStep', { args: [{ step: 'saving', attempt: 1 }] }), /update/i);
    await handle.executeUpdate('retryStep', { args: [{ step: 'data-collection', attempt: 1 }] });
    assert.equal(((await handle.result()) as RunResult).state, 'Succeeded');
  });

  test('failRun ends a parked run as Failed with the cause', async () => {
    behaviour.set('data-collection', () => {
      throw ApplicationFailure.nonRetryable('S3 is down', 'StoreUnavailable');
    });
    const id = await start({});
    await until(id, (now) => now.state === 'Blocked');
    await client.workflow.getHandle(id).executeUpdate('failRun', { args: [{ step: 'data-collection', attempt: 1 }] });
    assert.equal((await failureOf(client.workflow.getHandle(id).result())).type, 'StoreUnavailable');
  });

  test('with onStepFailure fail the same failure ends the run', async () => {
    behaviour.set('data-collection', () => {
      throw ApplicationFailure.nonRetryable('S3 is down', 'StoreUnavailable');
    });
    assert.equal((await failureOf(execute({ onStepFailure: 'fail' }))).type, 'StoreUnavailable');
  });

  test('a branch that fails while its sisters run does not stall the run, and saving does not start', async () => {
    behaviour.set('walk-forward-validation', async () => new Promise((resolve) => setTimeout(resolve, 1500)));
    behaviour.set('monte-carlo-validation', () => {
      throw ApplicationFailure.nonRetryable('NaN', 'NumericalError');
    });
    const id = await start({});
    assert.equal((await failureOf(client.workflow.getHandle(id).result())).type, 'NumericalError');
    assert.equal(calls.includes('saving'), false);
    const history = await client.workflow.getHandle(id).fetchHistory();
    assert.equal(
      history.events?.some((event) => event.workflowTaskFailedEventAttributes),
      false,
    );
  });

  test('a paused run starts no step until it goes on', async () => {
    behaviour.set('data-collection', async () => new Promise((resolve) => setTimeout(resolve, 800)));
    const id = await start({});
    const handle = client.workflow.getHandle(id);
    await until(id, (now) => now.steps[0]?.state === 'running');
    await handle.executeUpdate('setPaused', { args: [{ paused: true }] });
    await until(id, (now) => now.steps[0]?.state === 'done');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(calls, ['data-collection']);
    await handle.executeUpdate('setPaused', { args: [{ paused: false }] });
    assert.equal(((await handle.result()) as RunResult).state, 'Succeeded');
  });

  test('fanned out as activities each unit is asked for once, then the step combines', async () => {
    const units: string[] = [];
    behaviour.set('analyst-specialist-training', (request) => void units.push(request.unit ?? 'combined'));
    await execute({ fanOut: 'activities' });
    assert.equal(units.length, 11);
    assert.equal(units.at(-1), 'combined');
    assert.equal(new Set(units).size, 11);
  });
});

async function start(spec: unknown): Promise<string> {
  calls.length = 0;
  const workflowId = `test-${Math.random().toString(36).slice(2)}`;
  await client.workflow.start('trainPipeline', { taskQueue: TASK_QUEUES.workflow, workflowId, args: [spec] });
  return workflowId;
}

async function execute(spec: unknown): Promise<RunResult> {
  const id = await start(spec);
  try {
    return (await client.workflow.getHandle(id).result()) as RunResult;
  } finally {
    behaviour.clear();
  }
}

async function failureOf(result: Promise<unknown>): Promise<{ type: string; message: string }> {
  try {
    await result;
  } catch (error) {
    assert.ok(error instanceof WorkflowFailedError);
    const cause = error.cause as ApplicationFailure;
    return { type: cause.type ?? '', message: cause.message };
  } finally {
    behaviour.clear();
  }
  throw new assert.AssertionError({ message: 'expected the run to fail' });
}

async function until(id: string, reached: (status: RunStatus) => boolean): Promise<RunStatus> {
  for (let i = 0; i < 200; i++) {
    const status = await client.workflow.getHandle(id).query<RunStatus>('status');
    if (reached(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new assert.AssertionError({ message: 'the run did not reach the expected state within 10 s' });
}

function fakeActivities(): Record<string, (input: never) => Promise<unknown>> {
  const steps = STEPS.map(
    (step) =>
      [
        step.activity,
        async (request: StepRequest): Promise<StepResult> => {
          calls.push(request.unit === null ? request.step : `${request.step}/${request.unit}`);
          const call = calls.filter((name) => name === request.step).length;
          await behaviour.get(request.step)?.(request, call);
          return {
            step: request.step,
            unit: request.unit,
            key: 'a'.repeat(64),
            manifestUri: 's3://x',
            cached: false,
            reason: 'test',
            seconds: 0,
            rowsIn: 0,
            rowsOut: 0,
            unitsComputed: 0,
            unitsCached: 0,
            artifacts: [],
            artifactCount: 0,
          };
        },
      ] as const,
  );
  return {
    ...Object.fromEntries(steps),
    resolvePlan: async (spec: RunSpec) => ({ plan: fixedPlan(spec), planHash: 'b'.repeat(64) }),
    recordRun: async () => ({ version: null }),
  };
}

function fixedPlan(spec: RunSpec): RunPlan {
  const settings = resolveSettings(spec);
  const window = { fromMs: Date.UTC(2024, 0, 1), toMs: Date.UTC(2024, 0, 8) };
  const embargoMs = embargoOf(spec, settings.timeframe);
  return {
    schema: 'ares.plan',
    spec,
    settings: { ...settings, device: 'cpu' },
    window,
    embargoMs,
    segments: planSegments(window, { shares: spec.segments, periodMs: TIMEFRAMES[settings.timeframe], embargoMs }),
    source: { kind: 'simulator', series: 'trades', periodMs: 0, files: [], fundingFiles: [] },
    champion: null,
    priorTestOpenings: 0,
  };
}
