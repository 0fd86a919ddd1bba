/**
 * Adaptive conformal inference (Gibbs and Candes 2021, Adaptive conformal inference under distribution shift): the level follows the misses,
 * so the long-run share of misses is alpha whatever the series does. Not promised: coverage at any one time, or within a regime.
 */
import { InsufficientData } from '../errors.js';

export interface AdaptiveConformalOptions {
  /** Share of misses aimed at. */
  readonly alpha: number;
  /** Step of the level after a miss or a hit, above 0; larger follows faster and wavers more. The paper's experiments use 0.005. */
  readonly rate: number;
  /** Latest known scores that a threshold rests on. */
  readonly windowRows: number;
  /** Rows until a row's score is known: its label's length in rows, at least 1. */
  readonly delayRows: number;
}

export interface AdaptiveThresholds {
  /** One a row: Infinity = nothing is ruled out, -Infinity = everything is; NaN before the first score is known. */
  readonly thresholds: Float64Array;
  /** The level in force at each row; outside (0, 1) after long runs of hits or misses. */
  readonly levels: Float64Array;
  /** Rows with a threshold, and how many of them missed (score above it). */
  readonly rows: number;
  readonly misses: number;
}

/**
 * Thresholds along a series of scores (see split-conformal.ts); row t uses scores of rows up to t - delayRows only. After T rows with a
 * threshold and a delay of 1 the share of misses lies within (max(alpha, 1 - alpha) + rate) / (rate x T) of alpha (proposition 4.1); a delay
 * widens that by about delayRows / T.
 * @throws RangeError on an option outside its range; InsufficientData on no more rows than the delay.
 */
export function adaptiveConformal(scores: Float64Array, options: AdaptiveConformalOptions): AdaptiveThresholds {
  const { alpha, rate, windowRows, delayRows } = options;
  if (!(alpha > 0 && alpha < 1) || !(rate > 0)) throw new RangeError(`expected alpha in (0, 1) and a rate above 0, found ${alpha} and ${rate}`);
  if (!(windowRows >= 1) || !(delayRows >= 1)) throw new RangeError(`expected windowRows and delayRows of at least 1, found ${windowRows} and ${delayRows}`);
  if (scores.length <= delayRows) throw new InsufficientData(`expected more scores than the delay of ${delayRows} rows, found ${scores.length}`);
  const thresholds = new Float64Array(scores.length).fill(Number.NaN);
  const levels = new Float64Array(scores.length).fill(Number.NaN);
  const known = new RollingOrder(windowRows);
  let level = alpha;
  let misses = 0;
  for (let t = 0; t < scores.length; t++) {
    const settled = t - delayRows;
    if (settled >= 0) {
      const isMiss = scores[settled] > thresholds[settled];
      if (!Number.isNaN(thresholds[settled])) level += rate * (alpha - Number(isMiss));
      known.add(scores[settled]);
    }
    if (known.size === 0) continue;
    levels[t] = level;
    thresholds[t] = thresholdAt(known, level);
    misses += Number(scores[t] > thresholds[t]);
  }
  return { thresholds, levels, rows: scores.length - delayRows, misses };
}

function thresholdAt(known: RollingOrder, level: number): number {
  if (level <= 0) return Number.POSITIVE_INFINITY;
  if (level >= 1) return Number.NEGATIVE_INFINITY;
  const rank = Math.ceil((known.size + 1) * (1 - level) - 1e-9);
  return rank > known.size ? Number.POSITIVE_INFINITY : known.at(Math.max(0, rank - 1));
}

/** The latest values in ascending order. */
class RollingOrder {
  private readonly ascending: number[] = [];
  private readonly arrivals: number[] = [];
  private readonly limit: number;
  private first = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.ascending.length;
  }

  at(rank: number): number {
    return this.ascending[rank];
  }

  add(value: number): void {
    if (this.size === this.limit) this.ascending.splice(this.place(this.arrivals[this.first++]), 1);
    this.ascending.splice(this.place(value), 0, value);
    this.arrivals.push(value);
  }

  /** First place whose value is at or above the given one. */
  private place(value: number): number {
    let low = 0;
    let high = this.ascending.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ascending[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
