/** A stage of a run: its planning, or one of its steps. */
import type { StepId } from './steps/index.js';

export interface StepFailure {
  /** Error name, see errors.ts. */
  readonly type: string;
  readonly message: string;
}

/** What can be parked and retried: planning, or a step. */
export type StageId = StepId | 'plan';

export interface StageStatus {
  /** `skipped` = not started, because an earlier step failed; it never counts as done. */
  readonly state: 'waiting' | 'running' | 'done' | 'blocked' | 'failed' | 'skipped' | 'canceled';
  /** 0 before it was first scheduled; rises with each operator retry. */
  readonly attempt: number;
  readonly error: StepFailure | null;
  /** History event to reset to so that this stage runs again and finished ones do not; null before it was scheduled. */
  readonly resetEvent: number | null;
}
