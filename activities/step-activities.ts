/** Makes each step's function a Temporal activity: the one place where step code meets Temporal. */
import { activityInfo, ApplicationFailure, cancellationSignal, CompleteAsyncError, Context, heartbeat } from '@temporalio/activity';
import type { StepResult } from '../pipeline/artifacts.js';
import { isNeverRetried, retryAfterOf } from '../pipeline/errors.js';
import type { StepRequest } from '../pipeline/run-status.js';
import type { ActivityName } from '../pipeline/steps/index.js';
import { STEPS } from '../pipeline/steps/index.js';
import type { PlanActivities } from './plan-activities.js';
import type { StepRunner } from './step-runner.js';

/** How often an activity tells the server that it lives; cancellation arrives with the answer. */
const HEARTBEAT_MS = 1000;

export type StepActivities = Record<ActivityName, (request: StepRequest) => Promise<StepResult>>;

/** One activity a step, all over the same runner. */
export function makeStepActivities(runner: StepRunner): StepActivities {
  const activities = STEPS.map(
    (step) =>
      [
        step.activity,
        async (request: StepRequest) =>
          asActivity(async (onProgress) => {
            if (request.step !== step.id) throw new Error(`Invariant: activity ${step.activity} was asked for step ${request.step}`);
            return runner.run({
              request,
              runId: activityInfo().workflowExecution?.runId ?? activityInfo().activityId,
              signal: cancellationSignal(),
              onProgress,
            });
          }),
      ] as const,
  );
  return Object.fromEntries(activities) as StepActivities;
}

/** The same failure mapping and heartbeat for the activities around the steps. */
export function wrapPlanActivities(activities: PlanActivities): PlanActivities {
  return {
    resolvePlan: async (spec) => asActivity(async () => activities.resolvePlan(spec)),
    hashPlan: async (plan) => asActivity(async () => activities.hashPlan(plan)),
    checkSupplied: async (request) => asActivity(async () => activities.checkSupplied(request)),
    lookUpStep: async (request) => asActivity(async () => activities.lookUpStep(request)),
    recordRun: async (record) => asActivity(async () => activities.recordRun(record)),
  };
}

async function asActivity<T>(work: (onProgress: (progress: { fraction: number; message: string }) => void) => Promise<T>): Promise<T> {
  let progress = { fraction: 0, message: 'started' };
  const timer = setInterval(() => heartbeat(progress), HEARTBEAT_MS);
  try {
    return await work((next) => {
      progress = next;
    });
  } catch (error) {
    throw toFailure(error);
  } finally {
    clearInterval(timer);
  }
}

/** Named failures keep their name as type. A cancellation passes as it is: pause, reset and shutdown depend on it. */
function toFailure(error: unknown): unknown {
  const retryAfterMs = retryAfterOf(error);
  if (Context.current().cancellationSignal.aborted) return Context.current().cancellationSignal.reason;
  if (error instanceof ApplicationFailure || error instanceof CompleteAsyncError || !(error instanceof Error)) return error;
  return ApplicationFailure.create({
    type: error.name,
    message: error.message,
    nonRetryable: isNeverRetried(error.name),
    cause: error,
    details: [{ attempt: activityInfo().attempt }],
    // An upstream that names its own wait is not asked earlier.
    ...(retryAfterMs === null ? {} : { nextRetryDelay: retryAfterMs }),
  });
}
