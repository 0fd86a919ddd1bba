/** What a watcher sees of a run: its status and how far the running activities are. */
import type { RunResult, RunStatus } from '../pipeline/run-status.js';

/** Progress of one pending activity, from its last heartbeat. */
export interface ActivityProgress {
  readonly step: string;
  /** Null for the step itself, else the unit. */
  readonly unit: string | null;
  /** In [0, 1]; null before the first heartbeat. */
  readonly fraction: number | null;
  readonly message: string;
  /** Attempts of the activity, the present one included. */
  readonly attempt: number;
  readonly lastFailure: string | null;
}

export interface RunSnapshot {
  readonly workflowId: string;
  readonly runId: string;
  /** Null while no worker has answered yet. */
  readonly status: RunStatus | null;
  readonly activities: readonly ActivityProgress[];
  /** Why `status` is missing or old; null when it is fresh. */
  readonly unanswered: string | null;
  readonly atMs: number;
}

export interface RunError {
  readonly type: string;
  readonly message: string;
}

/** How a run stands when nobody needs to wait for it any more. */
export type RunEnd =
  | { readonly state: 'Succeeded'; readonly result: RunResult }
  | { readonly state: 'Failed' | 'Canceled'; readonly error: RunError }
  | { readonly state: 'Blocked' };
