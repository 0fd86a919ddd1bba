/** Do two series of bars tell of the same market: scale, shift in time, and correlation of returns. */
import type { Bars } from '../data/bars.js';
import { barCount } from '../data/bars.js';
import { InsufficientData } from '../errors.js';
import { quantile } from '../stats/quantile.js';

export interface SourceTolerance {
  /** Bars by which one series is moved against the other, each way. */
  readonly maxShift: number;
  /** Least correlation of returns of two sources of one market. */
  readonly correlation: number;
  /** Greatest log distance of the closes, as a whole and bar by bar. */
  readonly price: number;
}

/** Two venues, or perpetual and spot, stay within a percent of each other; 1m returns of a liquid asset correlate above 0.8. */
export const SOURCE_TOLERANCE: SourceTolerance = { maxShift: 5, correlation: 0.5, price: 0.01 };

/** Least common returns for a comparison. */
const LEAST_ROWS = 30;

export interface SourceComparison {
  /** Bars that both have at the shift found. */
  readonly rows: number;
  /** Periods by which the second series lags the first: 0 = none. */
  readonly shift: number;
  /** Correlation of log returns at that shift, and unshifted (NaN where there are too few common rows). */
  readonly correlation: number;
  readonly unshifted: number;
  /** Median of second close / first close. */
  readonly scale: number;
  /** Median of second volume / first volume where the first is above 0: shown, not judged. */
  readonly volumeScale: number;
  /** Bars whose closes differ from the median scale by more than the tolerance. */
  readonly disagreeing: number;
  /** Empty where the two agree. */
  readonly faults: readonly ('unrelated' | 'shifted' | 'scaled' | 'disagreeing')[];
}

/**
 * The second series against the first, on the grid of `periodMs`. The shift is the one in [-maxShift, maxShift] with the greatest
 * correlation of returns (of equal ones that nearest to 0); all else is judged at that shift. Looks at whole series: a report, not a transform.
 * @throws InsufficientData below 30 common returns at every shift.
 */
export function compareSources(first: Bars, second: Bars, options: SourceTolerance & { readonly periodMs: number }): SourceComparison {
  const { periodMs, maxShift, correlation: least, price } = options;
  let best = { shift: 0, correlation: Number.NaN, rows: 0 };
  let unshifted = Number.NaN;
  for (let step = 0; step <= 2 * maxShift; step++) {
    // 0, 1, -1, 2, -2, ...: a greater distance must be strictly better.
    const shift = step % 2 === 1 ? (step + 1) / 2 : -step / 2;
    const found = returnCorrelation(commonRows(first, second, shift * periodMs), { first, second, periodMs });
    if (step === 0) unshifted = found.correlation;
    if (found.correlation > best.correlation || (best.rows === 0 && found.rows >= LEAST_ROWS)) best = { shift: shift + 0, ...found };
  }
  if (best.rows < LEAST_ROWS) throw new InsufficientData(`expected at least ${LEAST_ROWS} common returns of the two sources, found ${best.rows}`);
  const common = commonRows(first, second, best.shift * periodMs);
  const ratios = Float64Array.from(common.first, (row, k) => Math.log(second.close[common.second[k]] / first.close[row]));
  const scale = quantile(ratios, 0.5);
  const disagreeing = ratios.reduce((count, ratio) => count + (Math.abs(ratio - scale) > price ? 1 : 0), 0);
  const faults: SourceComparison['faults'][number][] = [];
  if (!(best.correlation >= least)) faults.push('unrelated');
  else if (best.shift !== 0) faults.push('shifted');
  if (Math.abs(scale) > price) faults.push('scaled');
  if (disagreeing > 0) faults.push('disagreeing');
  return {
    rows: common.first.length,
    shift: best.shift,
    correlation: best.correlation,
    unshifted,
    scale: Math.exp(scale),
    volumeScale: volumeScale(common, first, second),
    disagreeing,
    faults,
  };
}

interface CommonRows {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/** Rows with the same open time once `lagMs` is taken off the second's. */
function commonRows(first: Bars, second: Bars, lagMs: number): CommonRows {
  const rows: { first: number[]; second: number[] } = { first: [], second: [] };
  for (let i = 0, j = 0; i < barCount(first) && j < barCount(second); ) {
    const difference = second.openTimeMs[j] - lagMs - first.openTimeMs[i];
    if (difference === 0) {
      rows.first.push(i);
      rows.second.push(j);
    }
    if (difference <= 0) j++;
    if (difference >= 0) i++;
  }
  return rows;
}

/** Pearson correlation of the log returns over one period that both have; NaN below LEAST_ROWS or where one does not vary. */
function returnCorrelation(
  common: CommonRows,
  series: { readonly first: Bars; readonly second: Bars; readonly periodMs: number },
): { readonly correlation: number; readonly rows: number } {
  const { first, second, periodMs } = series;
  let n = 0;
  let [meanX, meanY, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let k = 1; k < common.first.length; k++) {
    const [i, j] = [common.first[k], common.second[k]];
    if (first.openTimeMs[i] - first.openTimeMs[common.first[k - 1]] !== periodMs) continue;
    const x = Math.log(first.close[i] / first.close[i - 1]);
    const y = Math.log(second.close[j] / second.close[j - 1]);
    n++;
    const fromX = x - meanX;
    const fromY = y - meanY;
    meanX += fromX / n;
    meanY += fromY / n;
    xx += fromX * (x - meanX);
    yy += fromY * (y - meanY);
    xy += fromX * (y - meanY);
  }
  return { correlation: n >= LEAST_ROWS && xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN, rows: n };
}

function volumeScale(common: CommonRows, first: Bars, second: Bars): number {
  const ratios = common.first.flatMap((row, k) => (first.volume[row] > 0 ? [second.volume[common.second[k]] / first.volume[row]] : []));
  return quantile(ratios, 0.5);
}
