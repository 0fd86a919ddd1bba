/** What the outside world is told when a run ends or stops: carried to the activity `notifyRun`, and its answer. */
import type { StageId, StepFailure } from './stage.js';

/** Attempts of the activity `notifyRun`; the last one gives up a channel that cannot be reached. */
export const NOTICE_ATTEMPTS = 5;

export type RunEvent = 'completed' | 'blocked' | 'failed';

export interface RunNotice {
  readonly event: RunEvent;
  readonly workflowId: string;
  readonly runId: string;
  readonly symbol: string;
  readonly preset: string;
  /** Where it stopped, `plan` before the first step; absent on completed runs. */
  readonly step?: StageId;
  /** Operator's attempt of that step, from 1: what retryStep and failRun ask for. */
  readonly attempt?: number;
  readonly error?: StepFailure;
  /** URI of the HTML report; on completed runs. */
  readonly report?: string;
  /** History event to reset to so that the step runs again. */
  readonly resetEvent?: number;
}

/** What became of a notice on one channel. */
export interface RunNoticeResult {
  /** `webhook-1`, `webhook-2` ... in the order of the worker's configuration, or `mail`. */
  readonly channel: string;
  readonly state: 'sent' | 'failed';
  /** For people: where it went, or why it did not. Never an address' path or a credential. */
  readonly detail: string;
}

/** What makes two notices the same fact: a receiver that has seen it may ignore the second. */
export function noticeIdentity(notice: RunNotice): string {
  // The run id is part of it: a reset run that fails again at the same step is a new fact.
  return JSON.stringify([notice.workflowId, notice.runId, notice.event, notice.step ?? null, notice.attempt ?? null]);
}

/** A way out of the worker: a webhook or a mail server. */
export interface NotificationChannel {
  readonly name: string;
  /**
   * Delivers a notice; returns where it went, in words without secrets.
   * @throws PipelineError UpstreamUnavailable or StoreUnavailable when a later attempt may succeed; AccessDenied or InvalidData when none will
   */
  send(notice: RunNotice): Promise<string>;
}

/** A notice to the worker's channels, and what became of it. */
export interface NoticeRecord extends RunNoticeResult {
  readonly event: RunEvent;
}
