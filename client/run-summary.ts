/** The one JSON object that a finished `ares run --json` prints, and the table for people. */
import type { ArtifactRef, StepResult } from '../pipeline/artifacts.js';
import { implausibleWork } from '../pipeline/implausible-work.js';
import type { RunStatus, StepStatus } from '../pipeline/run-status.js';
import { STEPS } from '../pipeline/steps/index.js';
import type { RunEnd, RunError, RunSnapshot } from './run-events.js';
import { durationText, textTable } from './text-table.js';

export interface StepSummary {
  readonly id: string;
  readonly state: StepStatus['state'];
  readonly cached: boolean;
  /** An operator supplied the artifacts in place of a computation. */
  readonly supplied: boolean;
  /** Why the step's own figures cannot be believed as they stand; null = nothing strange. */
  readonly implausible: string | null;
  readonly seconds: number | null;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  /** At most 100; the manifest has all of them. */
  readonly artifacts: readonly { readonly name: string; readonly uri: string; readonly kind: string; readonly rows: number | null; readonly sha256: string }[];
  readonly artifactCount: number;
  readonly manifest: string | null;
  readonly error: RunError | null;
}

export interface RunSummary {
  readonly workflowId: string;
  readonly runId: string;
  readonly state: RunStatus['state'];
  readonly steps: readonly StepSummary[];
  /** `path` is the local copy of report.html; null where none was made. */
  readonly report: { readonly uri: string; readonly sha256: string; readonly path: string | null } | null;
  readonly bundle: { readonly uri: string; readonly sha256: string } | null;
  /** Registry version of the bundle. */
  readonly version: string | null;
  /** Wall seconds by the workflow's clock; null unless it succeeded. */
  readonly seconds: number | null;
  /** Address of the run in the Temporal UI; null where ARES_UI is not set. */
  readonly ui: string | null;
  readonly error: RunError | null;
}

/** The summary of a run that ended or parked. Steps come from the result, else from the last status. */
export function summarizeRun(end: RunEnd, snapshot: RunSnapshot, ui: string | null): RunSummary {
  const results = end.state === 'Succeeded' ? end.result.steps : null;
  const statuses = snapshot.status?.steps ?? [];
  const steps = STEPS.map(({ id }) => {
    const known = statuses.find((step) => step.id === id);
    const result = results?.find((step) => step.step === id) ?? known?.result ?? null;
    const state = results === null ? (known?.state ?? 'waiting') : 'done';
    return stepSummary(id, result, { state, error: known?.error ?? null, supplied: known?.supplied ?? false });
  });
  const succeeded = end.state === 'Succeeded' ? end.result : null;
  return {
    workflowId: snapshot.workflowId,
    runId: snapshot.runId,
    state: end.state,
    steps,
    report: succeeded?.report == null ? null : { ...addressOf(succeeded.report), path: null },
    bundle: succeeded?.bundle == null ? null : addressOf(succeeded.bundle),
    version: succeeded?.version ?? null,
    seconds: succeeded?.seconds ?? null,
    ui,
    error: 'error' in end ? end.error : (snapshot.status?.planning.error ?? steps.find((step) => step.state === 'blocked')?.error ?? null),
  };
}

function stepSummary(id: string, result: StepResult | null, { state, error, supplied }: Pick<StepSummary, 'state' | 'error' | 'supplied'>): StepSummary {
  return {
    id,
    state,
    cached: (result?.cached ?? false) && !supplied,
    supplied,
    implausible: result === null ? null : implausibleWork(result),
    seconds: result?.seconds ?? null,
    rowsIn: result?.rowsIn ?? null,
    rowsOut: result?.rowsOut ?? null,
    artifacts: (result?.artifacts ?? []).map(({ name, uri, kind, rows, sha256 }) => ({ name, uri, kind, rows: rows ?? null, sha256 })),
    artifactCount: result?.artifactCount ?? 0,
    manifest: result?.manifestUri ?? null,
    error,
  };
}

function addressOf({ uri, sha256 }: ArtifactRef): { uri: string; sha256: string } {
  return { uri, sha256 };
}

/** The table of steps with rows and seconds. */
export function stepTable(steps: readonly StepSummary[]): string {
  const rows = steps.map((step, index) => [
    String(index + 1),
    step.id,
    step.state === 'done' && step.supplied ? 'done (supplied)' : step.state,
    step.state === 'done' ? (step.cached ? 'yes' : 'no') : '',
    step.seconds === null ? '' : step.seconds.toFixed(2),
    step.rowsIn === null ? '' : countText(step.rowsIn),
    step.rowsOut === null ? '' : countText(step.rowsOut),
  ]);
  return textTable(['', 'step', 'state', 'cached', 'seconds', 'rows in', 'rows out'], rows, [0, 4, 5, 6]);
}

/** Steps done, cached and wall time in one line. */
export function summaryLine(summary: RunSummary): string {
  const done = summary.steps.filter((step) => step.state === 'done');
  const cached = done.filter((step) => step.cached).length;
  const time = summary.seconds === null ? '' : ` in ${durationText(summary.seconds)}`;
  const supplied = done.filter((step) => step.supplied).length;
  const strange = summary.steps.flatMap((step) => (step.implausible === null ? [] : [`\nimplausible: ${step.id}: ${step.implausible}`]));
  return `${summary.state}: ${done.length} of ${summary.steps.length} steps done (${cached} cached${supplied === 0 ? '' : `, ${supplied} supplied`})${time}${strange.join('')}`;
}

/** An integer with commas at the thousands. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
