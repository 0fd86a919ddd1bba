/** One Temporal worker a task queue, all of one process and one connection. */
import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import type { ActivityInterceptorsFactory, InjectedSinks, NativeConnection, WorkerDeploymentOptions, WorkerOptions } from '@temporalio/worker';
import type { Tracing } from '../adapters/telemetry/index.js';
import { TASK_QUEUES } from '../pipeline/run-status.js';
import type { TraceSinks } from '../workflows/trace-interceptors.js';

/** Activities of one worker that may wait for a compute child at the same time. */
const ACTIVITY_SLOTS = 8;
/** Cancellation, pause and reset arrive with the answer to a heartbeat that was sent. */
const HEARTBEAT_THROTTLE = '2s';
/** After the grace time activities are told to stop; they get this long to do so. */
const FORCE_AFTER_MS = 10_000;

export interface WorkerParts {
  readonly server: { readonly connection: NativeConnection; readonly namespace: string; readonly dataConverter: DataConverter };
  readonly queues: readonly string[];
  readonly graceMs: number;
  readonly activities: object;
  readonly activityInterceptors: ActivityInterceptorsFactory;
  readonly bundle: { readonly code: string };
  readonly tracing: Tracing;
  readonly deployment: WorkerDeploymentOptions | null;
}

/** Workers that do not run yet. */
export async function makeTemporalWorkers(parts: WorkerParts): Promise<Worker[]> {
  const shared = {
    ...parts.server,
    shutdownGraceTime: parts.graceMs,
    shutdownForceTime: parts.graceMs + FORCE_AFTER_MS,
    ...(parts.deployment === null ? {} : { workerDeploymentOptions: parts.deployment }),
  } satisfies Partial<WorkerOptions>;
  return Promise.all(
    parts.queues.map(async (taskQueue) => {
      if (taskQueue === TASK_QUEUES.workflow) return Worker.create({ ...shared, taskQueue, workflowBundle: parts.bundle, sinks: traceSinks(parts.tracing) });
      return Worker.create({
        ...shared,
        taskQueue,
        activities: parts.activities,
        interceptors: { activity: [parts.activityInterceptors] },
        maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
        maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
        defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
      });
    }),
  );
}

function traceSinks(tracing: Tracing): InjectedSinks<TraceSinks> {
  return {
    trace: {
      runEnded: {
        fn: (info, end) =>
          tracing.emit({
            name: `workflow ${end.name}`,
            ids: end.span,
            parent: end.parent,
            kind: 'server',
            startMs: end.startMs,
            endMs: end.endMs,
            attributes: { 'temporal.workflow.id': info.workflowId, 'temporal.run.id': info.runId, 'temporal.workflow.type': end.name },
            error: end.error,
          }),
      },
    },
  };
}
