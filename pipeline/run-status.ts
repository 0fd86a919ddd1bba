/** What a run says of itself: the answers of the workflow's queries, and its result. */
import type { ArtifactRef, StepResult } from './artifacts.js';
import type { RunPlan } from './plan.js';
import type { StepId } from './steps/index.js';

export interface StepFailure {
  /** Error name, see errors.ts. */
  readonly type: string;
  readonly message: string;
}

export interface StepStatus {
  readonly id: StepId;
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done' | 'blocked' | 'failed' | 'skipped';
  /** 0 before the step was first scheduled; rises with each operator retry. */
  readonly attempt: number;
  readonly result: StepResult | null;
  readonly error: StepFailure | null;
  /** History event to reset to so that this step runs again and finished ones do not; null before it was scheduled. */
  readonly resetEvent: number | null;
}

export interface RunStatus {
  readonly state: 'Running' | 'Blocked' | 'Paused' | 'Succeeded' | 'Failed' | 'Canceled';
  readonly steps: readonly StepStatus[];
  /** Steps parked until an operator answers. */
  readonly blocked: readonly StepId[];
  readonly plan: RunPlan | null;
}

export interface RunResult {
  readonly state: 'Succeeded';
  readonly planHash: string;
  readonly steps: readonly StepResult[];
  readonly report: ArtifactRef | null;
  readonly bundle: ArtifactRef | null;
  /** Registry version of the bundle. */
  readonly version: string | null;
  /** Wall seconds of the run by the workflow clock. */
  readonly seconds: number;
}

/** One step of a dry run. */
export interface StepForecast {
  readonly id: StepId;
  readonly cached: boolean;
  /** Why it would be taken from the cache, or computed. */
  readonly reason: string;
  /** Null when an earlier step must be computed first. */
  readonly key: string | null;
}

export interface PlanForecast {
  readonly plan: RunPlan;
  readonly steps: readonly StepForecast[];
}

/** What the runner hands to a step's activity. */
export interface StepRequest {
  readonly plan: RunPlan;
  readonly step: StepId;
  /** A single unit to compute ahead, or null for the whole step. */
  readonly unit: string | null;
  /** Manifest keys of the steps it needs. */
  readonly inputs: Readonly<Record<string, string>>;
  /** use = take a stored result; refresh = compute again and compare; combine = refresh, but take stored units. */
  readonly cache: 'use' | 'refresh' | 'combine';
}

/** What recordRun writes beside the hashed artifacts, as `runs/<workflow id>/index.json`. */
export interface RunRecord {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: RunStatus;
  readonly planHash: string;
}

/** Names of workflows, queues, queries and updates: typed by people, so they never change. */
export const WORKFLOW_TYPES = { trainPipeline: 'trainPipeline', explainPlan: 'explainPlan' } as const;
export const TASK_QUEUES = { workflow: 'ares-workflow', io: 'ares-io', cpu: 'ares-cpu', gpu: 'ares-gpu' } as const;
