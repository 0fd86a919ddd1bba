/** What a finished run tells an experiment tracker. Pure. */
import { float64Column, int32Column } from '../core/data/table.js';
import type { TrackedResult } from '../pipeline/ports.js';
import type { Report } from '../pipeline/report.js';
import type { StepInputs } from '../pipeline/step-context.js';
import type { SavingParameters } from '../pipeline/steps/saving.js';

/** Columns of the walk-forward table that become series, a step each window. */
const WINDOW_COLUMNS = ['netReturn', 'buyAndHoldReturn', 'sharpe', 'maxDrawdown', 'auc'] as const;

export interface SavedResult {
  readonly report: Report;
  readonly html: Uint8Array;
  readonly json: Uint8Array;
  readonly bundle: { readonly sha256: string; readonly uri: string };
}

/** The report's figures at the end of the test segment, the walk-forward windows as series, both report files, and where the bundle lies. */
export async function trackedResult(inputs: StepInputs, { chain }: SavingParameters, saved: SavedResult): Promise<TrackedResult> {
  const windows = await inputs.table('walk-forward-validation', 'windows', 'ares.walk-forward');
  const window = int32Column(windows, 'window');
  const end = float64Column(windows, 'testToMs');
  const series = WINDOW_COLUMNS.map((column) => ({
    name: `windows/${column}`,
    points: Array.from(float64Column(windows, column), (value, i) => ({ timeMs: end[i] as number, step: window[i] as number, value })),
  }));
  return {
    report: saved.report,
    dataTimeMs: chain.segments.test.toMs,
    series,
    files: { 'report.html': saved.html, 'report.json': saved.json },
    references: { 'ares.bundle_sha256': saved.bundle.sha256, 'ares.bundle_uri': saved.bundle.uri },
  };
}
