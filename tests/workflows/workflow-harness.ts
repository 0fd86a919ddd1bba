/** The production workflow code on a real server and real workers; only the activities are functions of the test. */
import assert from 'node:assert/strict';
import { ApplicationFailure, Context, heartbeat } from '@temporalio/activity';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { planHash } from '../../activities/plan-keys.js';
import type { SuppliedRequest } from '../../activities/check-supplied.js';
import { AresClient } from '../../client/ares-client.js';
import type { StepResult } from '../../pipeline/artifacts.js';
import type { RunSpec } from '../../pipeline/config.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { RunNotice, RunNoticeResult } from '../../pipeline/run-notice.js';
import type { RunRecord, RunResult, RunStatus, StepRequest } from '../../pipeline/run-status.js';
import { TASK_QUEUES, WORKFLOW_TYPES } from '../../pipeline/run-status.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { workflowBundle } from '../../worker/workflow-bundle.js';
import { makePlan } from '../support/make-plan.js';
import { startTemporalServer } from '../support/temporal-server.js';
import type { TemporalServer } from '../support/temporal-server.js';

/** What a stage does; `call` counts its calls from 1. */
export type Behaviour = (request: { readonly unit: string | null; readonly plan: RunPlan | null }, call: number) => Promise<void> | void;

export interface WorkflowHarness {
  readonly server: TemporalServer;
  readonly client: Client;
  readonly ares: AresClient;
  /** What stages do, by step id or `plan`; emptied at each start. */
  readonly behaviour: Map<string, Behaviour>;
  /** Stages in the order in which their activities began; `<step>/<unit>` for units. Emptied at each start. */
  readonly calls: string[];
  /** Plans that steps were asked with, by step. */
  readonly plans: Map<string, RunPlan>;
  readonly records: RunRecord[];
  readonly notices: RunNotice[];
  /** What notifyRun does; null = this worker has no channel. */
  channel: ((notice: RunNotice, call: number) => readonly RunNoticeResult[]) | null;
  /** What checkSupplied answers. */
  supplied: (request: SuppliedRequest) => StepResult;
  start(spec: unknown, behaviour?: Readonly<Record<string, Behaviour>>): Promise<string>;
  result(workflowId: string): Promise<RunResult>;
  status(workflowId: string): Promise<RunStatus>;
  until(workflowId: string, reached: (status: RunStatus) => boolean): Promise<RunStatus>;
  update(workflowId: string, name: string, input: unknown): Promise<string>;
  reset(workflowId: string, event: number): Promise<string>;
  stop(): Promise<void>;
}

/** A failure of the environment: parks at once here, for the tests have no time for eight attempts. */
export function storeDown(): never {
  throw ApplicationFailure.nonRetryable('S3 at http://127.0.0.1:7070 is down', 'StoreUnavailable');
}

/** A failure that no retry can mend. */
export function badData(): never {
  throw ApplicationFailure.nonRetryable('file a.csv line 3: price -1', 'InvalidData');
}

/** Fails at the first call only. */
export const downAtFirst: Behaviour = (_, call) => {
  if (call === 1) storeDown();
};

/** Heartbeats until the activity is told to stop. */
export async function untilCancelled(): Promise<void> {
  const timer = setInterval(() => heartbeat('waiting'), 100);
  try {
    await Context.current().cancelled;
  } finally {
    clearInterval(timer);
  }
}

/** A gate that tests open by hand. */
export function makeGate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Failure type and message of a run. */
export async function failureOf(result: Promise<unknown>): Promise<{ type: string; message: string }> {
  try {
    await result;
  } catch (error) {
    assert.ok(error instanceof WorkflowFailedError);
    const cause = error.cause as ApplicationFailure;
    return { type: cause.type ?? '', message: cause.message };
  }
  throw new assert.AssertionError({ message: 'expected the run to fail' });
}

/** Starts server and workers. */
export async function startHarness(): Promise<WorkflowHarness> {
  Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });
  const server = await startTemporalServer();
  const native = await NativeConnection.connect({ address: server.address });
  const client = new Client({ connection: await Connection.connect({ address: server.address }) });
  const behaviour = new Map<string, Behaviour>();
  const harness: Omit<WorkflowHarness, 'stop'> = {
    server,
    client,
    ares: new AresClient(client),
    behaviour,
    calls: [],
    plans: new Map(),
    records: [],
    notices: [],
    channel: null,
    supplied: (request) => ({ ...stepResult(request.step, null), reason: `supplied by an operator: ${request.note}`, manifestUri: request.artifact }),
    start: async (spec, stages = {}) => {
      for (const list of [harness.calls, harness.records, harness.notices]) list.length = 0;
      behaviour.clear();
      for (const [stage, work] of Object.entries(stages)) behaviour.set(stage, work);
      const workflowId = `test-${Math.random().toString(36).slice(2)}`;
      await client.workflow.start(WORKFLOW_TYPES.trainPipeline, { taskQueue: TASK_QUEUES.workflow, workflowId, args: [spec] });
      return workflowId;
    },
    result: async (workflowId) => (await client.workflow.getHandle(workflowId).result()) as RunResult,
    status: async (workflowId) => client.workflow.getHandle(workflowId).query<RunStatus>('status'),
    until: async (workflowId, reached) => waitFor(async () => harness.status(workflowId), reached),
    update: async (workflowId, name, input) => client.workflow.getHandle(workflowId).executeUpdate<string, [unknown]>(name, { args: [input] }),
    reset: async (workflowId, event) => {
      const { runId } = await client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId },
        workflowTaskFinishEventId: event as never,
        reason: 'mended',
        requestId: `${Math.random()}`,
      });
      return runId;
    },
  };
  const workers = await startWorkers(native, fakeActivities(harness));
  return Object.assign(harness, {
    stop: async () => {
      for (const worker of workers.all) worker.shutdown();
      await workers.running;
      await native.close();
      await client.connection.close();
      await server.stop();
    },
  });
}

async function startWorkers(connection: NativeConnection, activities: object): Promise<{ all: readonly Worker[]; running: Promise<unknown> }> {
  const bundle = await workflowBundle();
  const all = await Promise.all(
    Object.values(TASK_QUEUES).map(async (taskQueue) =>
      Worker.create({
        connection,
        taskQueue,
        ...(taskQueue === TASK_QUEUES.workflow
          ? { workflowBundle: bundle }
          : { activities, maxHeartbeatThrottleInterval: '200ms', defaultHeartbeatThrottleInterval: '200ms' }),
      }),
    ),
  );
  return { all, running: Promise.all(all.map(async (worker) => worker.run())) };
}

/** What `read` gives once it is as wanted. */
export async function waitFor<T>(read: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = await read();
    if (reached(value)) return value;
    if (Date.now() > deadline) throw new assert.AssertionError({ message: `not reached within 60 s; last: ${JSON.stringify(value).slice(0, 2000)}` });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function fakeActivities(harness: Omit<WorkflowHarness, 'stop'>): Record<string, (input: never) => Promise<unknown>> {
  const act = async (stage: string, about: { unit: string | null; plan: RunPlan | null }): Promise<void> => {
    harness.calls.push(about.unit === null ? stage : `${stage}/${about.unit}`);
    const call = harness.calls.filter((name) => name === stage).length;
    await harness.behaviour.get(stage)?.(about, call);
  };
  const steps = STEPS.map(
    (step) =>
      [
        step.activity,
        async (request: StepRequest): Promise<StepResult> => {
          harness.plans.set(request.step, request.plan);
          await act(request.step, request);
          return stepResult(request.step, request.unit);
        },
      ] as const,
  );
  return {
    ...Object.fromEntries(steps),
    resolvePlan: async (spec: RunSpec) => {
      if (harness.behaviour.has('plan')) await act('plan', { unit: null, plan: null });
      const plan = makePlan(spec);
      return { plan, planHash: planHash(plan), notifies: harness.channel !== null };
    },
    hashPlan: async (plan: RunPlan) => ({ planHash: planHash(plan) }),
    checkSupplied: async (request: SuppliedRequest) => harness.supplied(request),
    recordRun: async (record: RunRecord) => {
      harness.records.push(record);
      return { version: null };
    },
    notifyRun: async (notice: RunNotice) => {
      harness.notices.push(notice);
      return harness.channel?.(notice, harness.notices.length) ?? [];
    },
  };
}

function stepResult(step: string, unit: string | null): StepResult {
  return {
    step,
    unit,
    key: 'a'.repeat(64),
    manifestUri: `s3://ares/default/manifests/${step}/${'a'.repeat(64)}.json`,
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
}
