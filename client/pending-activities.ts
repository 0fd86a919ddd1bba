/** Live fractions inside steps: the heartbeat details of a workflow's pending activities. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import type { ActivityProgress } from './run-events.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Progress of each pending activity, in the server's order. Activity ids are `<step>#<attempt>[/<unit>]`. */
export function pendingProgress(pending: readonly PendingActivity[] | null | undefined): readonly ActivityProgress[] {
  return (pending ?? []).map((activity) => {
    const [step = '', tail = ''] = (activity.activityId ?? '').split('#', 2);
    const slash = tail.indexOf('/');
    return {
      step: tail === '' ? (activity.activityType?.name ?? step) : step,
      unit: slash < 0 ? null : tail.slice(slash + 1),
      ...heartbeatOf(activity.heartbeatDetails?.payloads?.[0] as Payload | undefined),
      attempt: activity.attempt ?? 1,
      lastFailure: activity.lastFailure?.message ?? null,
    };
  });
}

/** A heartbeat holds { fraction, message }; another shape counts as none. */
function heartbeatOf(payload: Payload | undefined): Pick<ActivityProgress, 'fraction' | 'message'> {
  if (payload === undefined) return { fraction: null, message: '' };
  const details = defaultPayloadConverter.fromPayload<{ fraction?: unknown; message?: unknown } | null>(payload);
  const fraction = typeof details?.fraction === 'number' ? Math.min(1, Math.max(0, details.fraction)) : null;
  return { fraction, message: typeof details?.message === 'string' ? details.message : '' };
}
