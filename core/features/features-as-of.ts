/** Reading features as they were known at a time. */
import { upperBound } from '../data/bars.js';
import type { Table } from '../data/table.js';
import { float64Column, sliceTable } from '../data/table.js';
import { InvalidData } from '../errors.js';

/**
 * The rows of a features table known at `timeMs` (closeTimeMs <= timeMs), as views; the last one holds the newest values. A row's
 * values use nothing after its close, so nothing known later is returned.
 * @throws InvalidData when closeTimeMs does not ascend strictly.
 */
export function featuresAsOf(table: Table, timeMs: number): Table {
  const closeTimeMs = float64Column(table, 'closeTimeMs');
  for (let row = 1; row < closeTimeMs.length; row++) {
    if (closeTimeMs[row] > closeTimeMs[row - 1]) continue;
    throw new InvalidData(`features: expected closeTimeMs to rise, found ${closeTimeMs[row]} after ${closeTimeMs[row - 1]} in row ${row}`);
  }
  return sliceTable(table, 0, upperBound(closeTimeMs, timeMs));
}
