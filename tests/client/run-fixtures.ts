/** Statuses and results as the workflow gives them. */
import type { StepResult } from '../../pipeline/artifacts.js';
import type { RunResult, RunStatus, StepStatus } from '../../pipeline/run-status.js';
import { STEPS } from '../../pipeline/steps/index.js';
import type { RunSnapshot } from '../../client/run-events.js';

export const HASH = 'ab'.repeat(32);

/** A step's result. */
export function stepResult(step: string, change: Partial<StepResult> = {}): StepResult {
  const artifact = {
    name: 'scores',
    uri: `s3://ares/default/objects/${HASH}`,
    kind: 'table' as const,
    schema: 'ares.scores',
    sha256: HASH,
    bytes: 10,
    rows: 7,
  };
  return {
    step,
    unit: null,
    key: HASH,
    manifestUri: `s3://ares/default/manifests/${step}/${HASH}.json`,
    cached: false,
    reason: 'no result with this key',
    seconds: 1.25,
    rowsIn: 12345,
    rowsOut: 7,
    unitsComputed: 0,
    unitsCached: 0,
    artifacts: [artifact],
    artifactCount: 1,
    ...change,
  };
}

/** A status whose first `done` steps are done; `change` replaces fields of the next one. */
export function runStatus(done: number, state: RunStatus['state'], change: Partial<StepStatus> = {}): RunStatus {
  const steps = STEPS.map(
    (step, i): StepStatus => ({
      id: step.id,
      title: step.title,
      state: i < done ? 'done' : 'waiting',
      attempt: i < done ? 1 : 0,
      result: i < done ? stepResult(step.id) : null,
      supplied: false,
      error: null,
      resetEvent: i < done ? 5 + 6 * i : null,
      ...(i === done ? change : {}),
    }),
  );
  const idsIn = (wanted: StepStatus['state']): StepStatus['id'][] => steps.filter((step) => step.state === wanted).map((step) => step.id);
  return {
    state,
    planning: { state: 'done', attempt: 1, error: null, resetEvent: 4 },
    steps,
    blocked: idsIn('blocked'),
    current: idsIn('running'),
    fraction: done / steps.length,
    plan: null,
    operatorActions: [],
    notices: [],
  };
}

/** A snapshot of a status. */
export function snapshotOf(status: RunStatus | null, change: Partial<RunSnapshot> = {}): RunSnapshot {
  return { workflowId: 'train-ETHUSDT-1', runId: 'run-1', status, activities: [], unanswered: null, atMs: 0, ...change };
}

/** The result of a run of 16 steps. */
export function runResult(): RunResult {
  const report = {
    name: 'report.html',
    uri: `s3://ares/default/objects/${HASH}`,
    kind: 'report' as const,
    schema: 'ares.report-html',
    sha256: HASH,
    bytes: 10,
  };
  return {
    state: 'Succeeded',
    planHash: HASH,
    steps: STEPS.map((step) => stepResult(step.id, { cached: step.id === 'data-collection' })),
    report,
    bundle: { ...report, name: 'bundle', kind: 'bundle' },
    version: '1.0.0',
    seconds: 61.4,
  };
}
