/**
 * Weights of models that follow their losses on a stream: Hedge, the exponentiated gradient of a linear loss (Freund and Schapire 1997;
 * Kivinen and Warmuth 1997), with fixed share so that a model that was bad can come back (Herbster and Warmuth 1998, Tracking the best expert).
 */
import { InvalidData } from '../errors.js';
import type { OutcomeOrder } from '../labels/outcome-order.js';

export interface OnlineWeightsOptions {
  /** Factor on losses in the exponent, above 0; `hedgeRate` gives the one of the regret bound. */
  readonly rate: number;
  /** Share of the weight that is spread evenly after each update, in [0, 1); 0 is plain Hedge, `1 / rows a switch` tracks. */
  readonly share: number;
  /** When each row's losses are known; those of a row without a known outcome may be NaN. */
  readonly outcomes: OutcomeOrder;
}

export interface OnlineWeights {
  /** [rows x models], row-major, each row sums to 1: the weights in force at a row, from the losses known when it is predicted. */
  readonly weights: Float64Array;
  /** After all known losses: where a continued stream goes on. */
  readonly last: Float64Array;
}

/** Rate sqrt(8 ln(models) / rows): plain Hedge over losses in [0, 1] then loses at most `hedgeRegretBound` more than the best model. */
export function hedgeRate(models: number, rows: number): number {
  return Math.sqrt((8 * Math.log(models)) / rows);
}

/** sqrt(rows ln(models) / 2): most that plain Hedge at `hedgeRate`, losses known after one row, loses beyond the best single model (Cesa-Bianchi and Lugosi 2006, theorem 2.2). */
export function hedgeRegretBound(models: number, rows: number): number {
  return Math.sqrt((rows * Math.log(models)) / 2);
}

/**
 * Most that fixed share loses beyond the best sequence of models with `switches` changes, for losses in [0, 1] known after one row:
 * (ln(models) - switches ln(share / models) - (rows - 1 - switches) ln(1 - share + share / models)) / rate + rate rows / 8 (Herbster and
 * Warmuth 1998; Cesa-Bianchi and Lugosi 2006, theorem 5.2, whose prior weight of a sequence is written out here).
 */
export function fixedShareRegretBound(
  stream: { models: number; rows: number; switches: number },
  { rate, share }: Pick<OnlineWeightsOptions, 'rate' | 'share'>,
): number {
  const { models, rows, switches } = stream;
  const stay = 1 - share + share / models;
  const move = share / models;
  const code = Math.log(models) - switches * Math.log(move) - (rows - 1 - switches) * Math.log(stay);
  return code / rate + (rate * rows) / 8;
}

/** Rows of a stream whose losses are learnt from, and how late that is. */
export interface DelayedStream {
  readonly models: number;
  /** Rows whose outcome is known in the end. */
  readonly rows: number;
  /** Over those rows, the sum of earlier ones whose losses are not known yet: 0 where each is known by the next row. */
  readonly outstanding: number;
}

/**
 * Most that plain Hedge of any rate loses beyond the best single model where losses in [0, 1] come late: ln(models) / rate + rate rows / 8 +
 * rate outstanding / 4. The last term: a weight that lacks d rows of losses differs from the one that has them by a tilt of at most
 * rate x d, and a tilt moves the mean of a loss in [0, 1] by at most a quarter of its range of exponents (a covariance of ranges 1 and d).
 */
export function delayedRegretBound({ models, rows, outstanding }: DelayedStream, rate: number): number {
  return Math.log(models) / rate + (rate * rows) / 8 + (rate * outstanding) / 4;
}

/** The rate with the least bound for `rows` rows of losses that come `delay` rows late: fix both beforehand. */
export function delayedHedgeRate(models: number, rows: number, delay: number): number {
  return Math.sqrt(Math.log(Math.max(2, models)) / (rows * (1 / 8 + (delay - 1) / 4)));
}

/** Rows with an outcome, and the sum over them of earlier ones that are not known when they are predicted. */
export function outstandingOutcomes({ rows, known }: OutcomeOrder): Pick<DelayedStream, 'rows' | 'outstanding'> {
  const order = rows.slice().sort();
  return { rows: rows.length, outstanding: order.reduce((sum, row, before) => sum + before - known[row], 0) };
}

/**
 * Weights along a stream of losses, [rows x models] row-major, each in [0, 1] (the Brier score is).
 * @throws RangeError on an option or shape outside its range; InvalidData on a known loss outside [0, 1].
 */
export function followLosses(losses: Float64Array, models: number, options: OnlineWeightsOptions): OnlineWeights {
  const { rate, share, outcomes } = options;
  const rows = losses.length / models;
  if (!(models >= 1) || rows !== outcomes.known.length) {
    throw new RangeError(`expected losses of ${models} models in ${outcomes.known.length} rows, found ${losses.length}`);
  }
  if (!(rate > 0) || !(share >= 0 && share < 1)) throw new RangeError(`expected a rate above 0 and a share in [0, 1), found ${rate} and ${share}`);
  const weights = new Float64Array(losses.length);
  let present: Float64Array = new Float64Array(models).fill(1 / models);
  let settled = 0;
  const settle = (until: number): void => {
    for (; settled < until; settled++) present = updateWeights(present, lossesOf(losses, models, outcomes.rows[settled]), options);
  };
  for (let row = 0; row < rows; row++) {
    settle(outcomes.known[row]);
    weights.set(present, row * models);
  }
  settle(outcomes.rows.length);
  return { weights, last: present };
}

function lossesOf(losses: Float64Array, models: number, row: number): Float64Array {
  const own = losses.subarray(row * models, (row + 1) * models);
  const bad = own.findIndex((loss) => !(loss >= 0 && loss <= 1));
  if (bad >= 0) throw new InvalidData(`expected losses in [0, 1], found ${own[bad]} of model ${bad} in row ${row}`);
  return own;
}

/** The weights after one row of losses. */
export function updateWeights(weights: Float64Array, losses: Float64Array, { rate, share }: Pick<OnlineWeightsOptions, 'rate' | 'share'>): Float64Array {
  const least = losses.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const scaled = weights.map((weight, j) => weight * Math.exp(-rate * (losses[j] - least)));
  const total = scaled.reduce((sum, weight) => sum + weight, 0);
  return scaled.map((weight) => (1 - share) * (weight / total) + share / weights.length);
}
