/** The raw outputs of both ensembles outside train, joined with their labels. */
import { matchRows } from '../core/data/match-rows.js';
import type { Table } from '../core/data/table.js';
import { float64Column, int32Column, textColumn } from '../core/data/table.js';
import type { StepInputs } from '../pipeline/step-context.js';

export type Role = 'analyst' | 'tactician';

/** Rows of calibration and selection in time order; labels NaN = not known. */
export interface EnsembleOutputs {
  readonly row: Int32Array;
  readonly closeTimeMs: Float64Array;
  readonly endMs: Float64Array;
  readonly segment: readonly string[];
  readonly raw: Float64Array;
  readonly y: Float64Array;
  /** Number of the likeliest regime. */
  readonly regime: Int32Array;
}

/** The outputs of a role. @throws InvalidData when an output has no label row */
export async function readEnsembleOutputs(inputs: StepInputs, role: Role): Promise<EnsembleOutputs> {
  return role === 'analyst'
    ? joinLabels(
        await inputs.table('analyst-ensemble-creation', 'signals', 'ares.signals'),
        await inputs.table('analyst-labeling-feature-engineering', 'labels', 'ares.labels'),
      )
    : joinLabels(
        await inputs.table('tactician-ensemble-creation', 'predictions', 'ares.signals'),
        await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels'),
      );
}

/** Outputs outside train joined with labels: by row, which analyst labels do not carry because it is their position. */
function joinLabels(signals: Table, labels: Table): EnsembleOutputs {
  const segments = textColumn(signals, 'segment');
  const rows = Int32Array.from(segments.keys()).filter((i) => segments[i] !== 'train');
  const signalRow = int32Column(signals, 'row');
  const row = rows.map((i) => signalRow[i]!);
  const labelAt = 'row' in labels.columns ? matchRows(int32Column(labels, 'row'), row, 'labels') : row;
  const take = (table: Table, name: string, at: Int32Array): Float64Array => {
    const column = float64Column(table, name);
    return Float64Array.from(at, (i) => column[i]!);
  };
  const regime = int32Column(labels, 'regime');
  return {
    row,
    closeTimeMs: take(signals, 'closeTimeMs', rows),
    endMs: take(labels, 'labelEndMs', labelAt),
    segment: Array.from(rows, (i) => segments[i]!),
    raw: take(signals, 'probability', rows),
    y: take(labels, 'label', labelAt),
    regime: labelAt.map((i) => regime[i]!),
  };
}
