/**
 * Adaptive conformal inference (Gibbs and Candes 2021, Adaptive conformal inference under distribution shift): the level follows the misses,
 * so the long-run share of misses is alpha whatever the series does. Not promised: coverage at any one time, or within a regime.
 */
import { InsufficientData, InvalidData } from '../errors.js';
import type { OutcomeOrder } from '../labels/outcome-order.js';

export interface AdaptiveConformalOptions {
  /** Share of misses aimed at. */
  readonly alpha: number;
  /** Step of the level after a miss or a hit, above 0; larger follows faster and wavers more. The paper's experiments use 0.005. */
  readonly rate: number;
  /** Latest known scores that a threshold rests on. */
  readonly windowRows: number;
  /** When each row's score is known: a row of no known outcome is neither learnt from nor counted, its score may be NaN. */
  readonly outcomes: OutcomeOrder;
}

export interface AdaptiveThresholds {
  /** One a row: Infinity = nothing is ruled out, -Infinity = everything is; NaN before the first score is known. */
  readonly thresholds: Float64Array;
  /** The level in force at each row; outside (0, 1) after long runs of hits or misses. */
  readonly levels: Float64Array;
  /** Rows with a threshold and an outcome, and how many of them missed (score above it). */
  readonly rows: number;
  readonly misses: number;
}

/**
 * Thresholds along a series of scores (see split-conformal.ts); a row uses the scores that are known when it is predicted, no other. After T
 * rows with a threshold, each score known one row later, the share of misses lies within (max(alpha, 1 - alpha) + rate) / (rate x T) of alpha
 * (proposition 4.1); a delay of d rows widens that by about d / T.
 * @throws RangeError on an option outside its range; InsufficientData when no row is predicted after a score is known; InvalidData on a known
 * score that is NaN.
 */
export function adaptiveConformal(scores: Float64Array, options: AdaptiveConformalOptions): AdaptiveThresholds {
  const { alpha, rate, windowRows, outcomes } = options;
  if (!(alpha > 0 && alpha < 1) || !(rate > 0)) throw new RangeError(`expected alpha in (0, 1) and a rate above 0, found ${alpha} and ${rate}`);
  if (!(windowRows >= 1)) throw new RangeError(`expected windowRows of at least 1, found ${windowRows}`);
  if (outcomes.known.length !== scores.length) throw new RangeError(`expected outcomes of ${scores.length} rows, found ${outcomes.known.length}`);
  if ((outcomes.known.at(-1) ?? 0) === 0) throw new InsufficientData(`expected a row after the first known score, found none among ${scores.length} rows`);
  const bad = outcomes.rows.find((row) => Number.isNaN(scores[row]));
  if (bad !== undefined) throw new InvalidData(`expected known conformal scores to be numbers, found NaN in row ${bad}`);
  const thresholds = new Float64Array(scores.length).fill(Number.NaN);
  const levels = new Float64Array(scores.length).fill(Number.NaN);
  const known = new RollingOrder(windowRows);
  let level = alpha;
  let settled = 0;
  for (let t = 0; t < scores.length; t++) {
    for (; settled < outcomes.known[t]; settled++) {
      const row = outcomes.rows[settled];
      if (!Number.isNaN(thresholds[row])) level += rate * (alpha - Number(scores[row] > thresholds[row]));
      known.add(scores[row]);
    }
    if (known.size === 0) continue;
    levels[t] = level;
    thresholds[t] = thresholdAt(known, level);
  }
  const judged = outcomes.rows.filter((row) => !Number.isNaN(thresholds[row]));
  return { thresholds, levels, rows: judged.length, misses: judged.reduce((sum, row) => sum + Number(scores[row] > thresholds[row]), 0) };
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
