/** What a run says of itself: the answers of the workflow's queries, and its result. */
import type { ArtifactRef, StepResult } from './artifacts.js';
import type { OperatorAction } from './operator-updates.js';
import type { RunPlan } from './plan.js';
import type { NoticeRecord } from './run-notice.js';
import type { StageId, StageStatus } from './stage.js';
import type { StepId } from './steps/index.js';

export interface StepStatus extends StageStatus {
  readonly id: StepId;
  readonly title: string;
  readonly result: StepResult | null;
  /** True when an operator supplied the artifacts in place of a computation (skipStep). */
  readonly supplied: boolean;
}

export interface RunStatus {
  readonly state: 'Running' | 'Blocked' | 'Paused' | 'Succeeded' | 'Failed' | 'Canceled';
  /** The plan's own stage, before the first step. */
  readonly planning: StageStatus;
  readonly steps: readonly StepStatus[];
  /** Stages parked until an operator answers. */
  readonly blocked: readonly StageId[];
  /** Steps at work now. */
  readonly current: readonly StepId[];
  /** Share of the steps that are done, in [0, 1]. How far a running step is stands in its activity's heartbeat. */
  readonly fraction: number;
  readonly plan: RunPlan | null;
  /** Operators' updates in the order in which they were settled. */
  readonly operatorActions: readonly OperatorAction[];
  readonly notices: readonly NoticeRecord[];
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
