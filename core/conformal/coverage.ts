/** How often label sets held the label that came, beside the rate they promise. */
import type { ShareInterval } from '../stats/wilson-interval.js';
import { wilsonInterval } from '../stats/wilson-interval.js';
import { labelScores, labelSets } from './split-conformal.js';

export interface Coverage {
  readonly nominal: number;
  /** Rows with a threshold and an outcome. */
  readonly rows: number;
  /** Sum of the rows' uniqueness: overlapping outcomes are not independent, so the interval counts this many. */
  readonly effectiveSample: number;
  /** Null without rows. */
  readonly covered: number | null;
  /** Wilson's 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** Shares of rows whose set holds both labels (too uncertain to tell) and none (unlike the calibration rows); null without rows. */
  readonly both: number | null;
  readonly none: number | null;
}

/** Predictions with their outcomes: y 0, 1 or NaN (left out), as are rows whose threshold is NaN. All of one length. */
export interface CoverageRows {
  readonly p: Float64Array;
  readonly y: Float64Array;
  readonly thresholds: Float64Array;
  readonly uniqueness: Float64Array;
}

/** Coverage of the label sets at their thresholds. */
export function measureCoverage({ p, y, thresholds, uniqueness }: CoverageRows, alpha: number): Coverage {
  const rows = Int32Array.from(p.keys()).filter((i) => Number.isFinite(y[i]) && !Number.isNaN(thresholds[i]));
  const take = (values: Float64Array): Float64Array => Float64Array.from(rows, (i) => values[i]);
  const scores = labelScores(take(y), take(p));
  const sets = labelSets(take(p), take(thresholds));
  const share = (holds: (i: number) => boolean): number | null => (rows.length === 0 ? null : scores.filter((_, i) => holds(i)).length / rows.length);
  const covered = share((i) => scores[i] <= thresholds[rows[i]]);
  const effectiveSample = take(uniqueness).reduce((sum, value) => sum + value, 0);
  const { low, high }: ShareInterval = wilsonInterval(covered ?? 0, covered === null ? 0 : effectiveSample);
  return {
    nominal: 1 - alpha,
    rows: rows.length,
    effectiveSample,
    covered,
    low,
    high,
    both: share((i) => sets.zero[i] + sets.one[i] === 2),
    none: share((i) => sets.zero[i] + sets.one[i] === 0),
  };
}
