/** Tells every channel of the worker about a run: each gets a notice once, whatever the others do. */
import { errorNameOf, isNeverRetried, PipelineError } from '../pipeline/errors.js';
import type { NotificationChannel, RunNotice, RunNoticeResult } from '../pipeline/run-notice.js';

export interface NotifyActivities {
  /** One result a channel, in the order of the worker's configuration; none where the worker has no channel. */
  notifyRun(notice: RunNotice): Promise<readonly RunNoticeResult[]>;
}

/** What is known of this delivery from outside it. */
export interface Delivery {
  readonly channels: readonly NotificationChannel[];
  /** Results of earlier attempts: their channels are not asked again. */
  readonly settled: readonly RunNoticeResult[];
  /** Keeps the results so far for the next attempt. */
  readonly keep: (settled: readonly RunNoticeResult[]) => void;
  /** True when no attempt follows: a channel that cannot be reached is then a result. */
  readonly isLastAttempt: boolean;
}

/**
 * Delivers a notice to the channels that are not settled yet, side by side.
 * @throws PipelineError UpstreamUnavailable, with the longest wait asked for, while a further attempt may reach a channel
 */
export async function notifyRun(notice: RunNotice, delivery: Delivery): Promise<readonly RunNoticeResult[]> {
  const settled = new Map(delivery.settled.map((result) => [result.channel, result]));
  const unreached: PipelineError[] = [];
  const deliver = async (channel: NotificationChannel): Promise<void> => {
    const outcome = await sendOn(channel, notice);
    if (outcome instanceof PipelineError && !delivery.isLastAttempt) {
      unreached.push(outcome);
      return;
    }
    settled.set(channel.name, outcome instanceof PipelineError ? failed(channel, outcome) : outcome);
    delivery.keep([...settled.values()]);
  };
  await Promise.all(delivery.channels.filter(({ name }) => !settled.has(name)).map(deliver));
  if (unreached.length > 0) throw notReached(unreached);
  return delivery.channels.flatMap(({ name }) => settled.get(name) ?? []);
}

/** The result, or the error of a channel that a later attempt may reach. */
async function sendOn(channel: NotificationChannel, notice: RunNotice): Promise<RunNoticeResult | PipelineError> {
  try {
    return { channel: channel.name, state: 'sent', detail: await channel.send(notice) };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return isNeverRetried(errorNameOf(error)) ? failed(channel, error) : error;
  }
}

function failed(channel: NotificationChannel, error: PipelineError): RunNoticeResult {
  return { channel: channel.name, state: 'failed', detail: `${error.name}: ${error.message}` };
}

function notReached(errors: readonly PipelineError[]): PipelineError {
  const waits = errors.flatMap((error) => error.retryAfterMs ?? []);
  return new PipelineError(
    'UpstreamUnavailable',
    errors.map((error) => error.message).join('; '),
    waits.length === 0 ? {} : { retryAfterMs: Math.max(...waits) },
  );
}
