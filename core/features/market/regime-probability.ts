/** Filtered probabilities of the regimes (Hamilton 1989) as features. */
import type { Table } from '../../data/table.js';
import type { Feature } from '../feature.js';
import { float64Column } from '../../data/table.js';
import { REGIMES } from '../../regimes/regime-names.js';

/** The four regimes' probabilities, in [0, 1]; with three of them the fourth is known, but trees split on one column. */
export const regimeProbabilityFeatures: readonly Feature[] = REGIMES.map(
  (regime, state): Feature => ({
    name: `regime_${regime.toLowerCase()}`,
    inputs: ['regimes'],
    warmUp: 0,
    range: [0, 1],
    source: 'Hamilton 1989',
    set: 'minimal',
    compute: (bars, { regimes }) => {
      const out = new Float64Array(bars.closeTimeMs.length).fill(Number.NaN);
      if (regimes !== null) for (let t = 0; t < out.length; t++) out[t] = regimes[t * REGIMES.length + state];
      return out;
    },
  }),
);

/**
 * The first `rows` rows of a regime table (columns named as REGIMES) as one array, [rows x 4] row-major.
 * @throws TypeError on a missing column; RangeError on fewer rows.
 */
export function regimeProbabilities(table: Table, rows: number = table.rowCount): Float64Array {
  if (table.rowCount < rows) throw new RangeError(`expected regimes of ${rows} bars, found ${table.rowCount}`);
  const columns = REGIMES.map((regime) => float64Column(table, regime));
  const out = new Float64Array(rows * columns.length);
  for (let t = 0, at = 0; t < rows; t++) for (const column of columns) out[at++] = column[t];
  return out;
}
