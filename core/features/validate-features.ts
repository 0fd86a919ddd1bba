/** Feature columns against what the catalog says of them: the check that a run makes before anything learns from them. */
import { barCount } from '../data/bars.js';
import type { Bars } from '../data/bars.js';
import { BAR_COLUMNS } from '../data/bars.js';
import type { BarColumn } from '../data/bars.js';
import { pairSymbols } from '../data/bar-extras.js';
import { warmUpBars } from './warm-up.js';
import type { Feature, FeatureColumns, FeatureContext, FeatureInput } from './feature.js';

export interface FeatureFault {
  readonly feature: string;
  /** constant is a remark (pruning drops such a column); the others break what the catalog promises. */
  readonly fault: 'range' | 'infinite' | 'missing' | 'constant';
  /** Rows at fault. */
  readonly count: number;
  /** First row at fault. */
  readonly row: number;
  /** Expected and found, in words. */
  readonly detail: string;
}

/** What validation reads of a feature. */
export type CatalogEntry = Pick<Feature, 'name' | 'inputs' | 'warmUp' | 'warmUpMs' | 'range'>;

/**
 * Every fault of the columns: a value outside the range (1e-9 of rounding allowed), an infinite one, a NaN after the warm-up where
 * no input was NaN within the warm-up before it (a warm-up in time counts as the bars that fill it), a column with one value only. One pass a column, and one a distinct input.
 * @throws RangeError when the catalog does not name the columns in their order.
 */
export function validateFeatures(
  features: FeatureColumns,
  catalog: readonly CatalogEntry[],
  data: { readonly bars: Bars; readonly context: FeatureContext },
): readonly FeatureFault[] {
  const lastMissing = missingInputs(data.bars, data.context);
  const periodMs = barCount(data.bars) === 0 ? 1 : data.bars.closeTimeMs[0] - data.bars.openTimeMs[0];
  return features.columns.flatMap((column, j) => {
    const entry = catalog[j];
    if (entry?.name !== features.names[j])
      throw new RangeError(`expected feature ${features.names[j]} in row ${j} of the catalog, found ${entry?.name ?? 'none'}`);
    return faultsOf(column, { ...entry, warmUp: warmUpBars(entry, periodMs) }, lastMissing);
  });
}

/** Per input the row of the latest NaN at or before each row (-1 = none); made once an input. */
type MissingInputs = (input: FeatureInput) => Int32Array;

function faultsOf(column: Float64Array, entry: CatalogEntry, lastMissing: MissingInputs): readonly FeatureFault[] {
  const least = entry.range[0] === null ? -Number.MAX_VALUE : entry.range[0] - slack(entry.range[0]);
  const greatest = entry.range[1] === null ? Number.MAX_VALUE : entry.range[1] + slack(entry.range[1]);
  const found = { range: place(), infinite: place(), missing: place() };
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  let known = 0;
  for (let row = 0; row < column.length; row++) {
    const value = column[row];
    if (Number.isNaN(value)) {
      if (row >= entry.warmUp && !entry.inputs.some((input) => lastMissing(input)[row] >= row - entry.warmUp)) note(found.missing, row);
      continue;
    }
    known++;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    if (value >= least && value <= greatest) continue;
    note(Number.isFinite(value) ? found.range : found.infinite, row);
  }
  const expected = {
    range: `in [${entry.range[0] ?? '-inf'}, ${entry.range[1] ?? 'inf'}]`,
    infinite: 'finite',
    missing: `known after its warm-up of ${entry.warmUp} bars`,
  };
  const faults: FeatureFault[] = (['range', 'infinite', 'missing'] as const)
    .filter((fault) => found[fault].count > 0)
    .map((fault) => {
      const { count, row } = found[fault];
      return {
        feature: entry.name,
        fault,
        count,
        row,
        detail: `expected ${entry.name} ${expected[fault]}, found ${column[row]} in row ${row} and ${count - 1} more`,
      };
    });
  if (known > 1 && smallest === largest) {
    faults.push({
      feature: entry.name,
      fault: 'constant',
      count: known,
      row: 0,
      detail: `expected ${entry.name} to vary, found ${smallest} in all ${known} rows`,
    });
  }
  return faults;
}

interface Place {
  count: number;
  row: number;
}

function place(): Place {
  return { count: 0, row: -1 };
}

function note(at: Place, row: number): void {
  if (at.count++ === 0) at.row = row;
}

/** Sums and roots may leave a closed range by rounding. */
function slack(bound: number): number {
  return 1e-9 * Math.max(1, Math.abs(bound));
}

function missingInputs(bars: Bars, context: FeatureContext): MissingInputs {
  const memo = new Map<FeatureInput, Int32Array>();
  const rows = barCount(bars);
  return (input) => {
    const known = memo.get(input);
    if (known !== undefined) return known;
    const columns = input === 'funding' ? [] : columnsOf(input, bars, context);
    const latest = new Int32Array(rows);
    // How many payments a feature needs is its own affair: what reads funding may be missing anywhere.
    for (let row = 0, last = -1; row < rows; row++) {
      if (input === 'funding') last = row;
      if (columns.some(({ values, width }) => hasMissing(values, row * width, width))) last = row;
      latest[row] = last;
    }
    memo.set(input, latest);
    return latest;
  };
}

/** Values of an input, `width` of them a bar. */
function columnsOf(input: FeatureInput, bars: Bars, context: FeatureContext): readonly { readonly values: Float64Array; readonly width: number }[] {
  if (input === 'regimes') return context.regimes === null ? [] : [{ values: context.regimes, width: context.regimes.length / Math.max(1, barCount(bars)) }];
  if (input === 'pairs')
    return pairSymbols(bars.extras).flatMap((symbol) => ['close:', 'volume:'].map((prefix) => ({ values: bars.extras[`${prefix}${symbol}`], width: 1 })));
  const values = (BAR_COLUMNS as readonly string[]).includes(input) ? bars[input as BarColumn] : bars.extras[input];
  return [{ values, width: 1 }];
}

function hasMissing(values: Float64Array, from: number, width: number): boolean {
  for (let i = from; i < from + width; i++) if (Number.isNaN(values[i])) return true;
  return false;
}
