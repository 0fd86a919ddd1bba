/** Activity stubs with the options of each kind of work. */
import type { RetryPolicy } from '@temporalio/common';
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { StepActivities } from '../activities/index.js';
import type { NotifyActivities } from '../activities/notify-run.js';
import type { PlanActivities } from '../activities/plan-activities.js';
import { MAXIMUM_ATTEMPTS, NEVER_RETRIED } from '../pipeline/errors.js';
import { NOTICE_ATTEMPTS } from '../pipeline/run-notice.js';
import { TASK_QUEUES } from '../pipeline/run-status.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import type { ActivityName } from '../pipeline/steps/index.js';
import type { STEPS } from '../pipeline/steps/index.js';

const RETRY: RetryPolicy = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  maximumAttempts: MAXIMUM_ATTEMPTS,
  nonRetryableErrorTypes: [...NEVER_RETRIED],
};

/** Planning, look-ups and the run's record: short, but the first may hash a folder of files. */
export const planActivities = proxyActivities<PlanActivities>({
  taskQueue: TASK_QUEUES.io,
  startToCloseTimeout: '30m',
  heartbeatTimeout: '20s',
  retry: RETRY,
});

/** Checks behind an operator's update: somebody waits for the answer, so fewer attempts; reading large tables takes its time. */
export const operatorActivities = proxyActivities<Pick<PlanActivities, 'hashPlan' | 'checkSupplied'>>({
  taskQueue: TASK_QUEUES.io,
  startToCloseTimeout: '30m',
  heartbeatTimeout: '20s',
  retry: { ...RETRY, maximumAttempts: 3 },
});

/** Notices: a channel that does not answer within these attempts is given up. */
export const notifyActivities = proxyActivities<NotifyActivities>({
  taskQueue: TASK_QUEUES.io,
  startToCloseTimeout: '2m',
  heartbeatTimeout: '20s',
  retry: { ...RETRY, maximumAttempts: NOTICE_ATTEMPTS },
});

/** One stub a step, each with its own queue, limits and line of text for the UI. */
export function stepActivity(
  step: (typeof STEPS)[number],
  as: { activityId: string; summary: string; attempts: number; queue: StepDefinition['queue'] },
): StepActivities[ActivityName] {
  const options: ActivityOptions & { activityId: string } = {
    taskQueue: as.queue,
    activityId: as.activityId,
    summary: as.summary,
    startToCloseTimeout: `${step.startToCloseMinutes}m`,
    heartbeatTimeout: '20s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { ...RETRY, maximumAttempts: as.attempts },
  };
  return proxyActivities<StepActivities>(options)[step.activity];
}
