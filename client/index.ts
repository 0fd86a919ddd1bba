/** The package `ares` as a library: start, watch, resume and cancel runs from TypeScript. */
export { connectAres } from './connect-ares.js';
export type { AresConnection } from './connect-ares.js';
export { AresClient } from './ares-client.js';
export type { RunListing, StartedRun, WatchOptions } from './ares-client.js';
export { RefusedByRun } from './operate-run.js';
export type { ResumedRun, ResumeOptions } from './operate-run.js';
export type { ActivityProgress, RunEnd, RunError, RunSnapshot } from './run-events.js';
export type { ArtifactRef, StepResult } from '../pipeline/artifacts.js';
export { parseRunSpec, runSpecSchema } from '../pipeline/config.js';
export type { RunSpec, RunSpecInput } from '../pipeline/config.js';
export type { RunPlan } from '../pipeline/plan.js';
export { PRESETS } from '../pipeline/presets.js';
export type { PlanForecast, RunResult, RunStatus, StepForecast, StepStatus } from '../pipeline/run-status.js';
export type { StageId, StageStatus, StepFailure } from '../pipeline/stage.js';
