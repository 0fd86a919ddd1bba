/** The activity notifyRun: what an attempt has delivered travels to the next one as its heartbeat. */
import { activityInfo, ApplicationFailure, heartbeat } from '@temporalio/activity';
import type { NotifyActivities } from '../activities/notify-run.js';
import { notifyRun } from '../activities/notify-run.js';
import { errorNameOf, isNeverRetried, PipelineError } from '../pipeline/errors.js';
import type { NotificationChannel, RunNotice, RunNoticeResult } from '../pipeline/run-notice.js';

const HEARTBEAT_MS = 1000;

/** The activities over the given channels; a worker without channels answers with no results. */
export function makeNotifyActivities(channels: readonly NotificationChannel[]): NotifyActivities {
  return { notifyRun: async (notice) => deliverOnce(notice, channels) };
}

async function deliverOnce(notice: RunNotice, channels: readonly NotificationChannel[]): Promise<readonly RunNoticeResult[]> {
  const { attempt, heartbeatDetails, retryPolicy } = activityInfo();
  const limit = retryPolicy?.maximumAttempts ?? 0;
  let settled = (heartbeatDetails ?? []) as readonly RunNoticeResult[];
  // Details of an attempt count only if the attempt after it has repeated them.
  heartbeat(settled);
  const timer = setInterval(() => heartbeat(settled), HEARTBEAT_MS);
  try {
    return await notifyRun(notice, {
      channels,
      settled,
      keep: (results) => {
        settled = results;
        heartbeat(settled);
      },
      isLastAttempt: limit > 0 && attempt >= limit,
    });
  } catch (error) {
    throw error instanceof PipelineError ? failureOf(error) : error;
  } finally {
    clearInterval(timer);
  }
}

function failureOf(error: PipelineError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.name,
    message: error.message,
    nonRetryable: isNeverRetried(errorNameOf(error)),
    ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}
