/**
 * Weights of models that follow their losses on a stream: Hedge, the exponentiated gradient of a linear loss (Freund and Schapire 1997;
 * Kivinen and Warmuth 1997), with fixed share so that a model that was bad can come back (Herbster and Warmuth 1998, Tracking the best expert).
 */
import { InvalidData } from '../errors.js';

export interface OnlineWeightsOptions {
  /** Factor on losses in the exponent, above 0; `hedgeRate` gives the one of the regret bound. */
  readonly rate: number;
  /** Share of the weight that is spread evenly after each update, in [0, 1); 0 is plain Hedge, `1 / rows a switch` tracks. */
  readonly share: number;
  /** Rows until a loss is known, at least 1: the label's length. */
  readonly delayRows: number;
}

export interface OnlineWeights {
  /** [rows x models], row-major, each row sums to 1: the weights in force at a row, from losses of rows up to row - delayRows. */
  readonly weights: Float64Array;
  /** After all losses: where a continued stream goes on. */
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

/**
 * Weights along a stream of losses, [rows x models] row-major, each in [0, 1] (the Brier score is).
 * @throws RangeError on an option or shape outside its range; InvalidData on a loss outside [0, 1].
 */
export function followLosses(losses: Float64Array, models: number, options: OnlineWeightsOptions): OnlineWeights {
  const { rate, share, delayRows } = options;
  const rows = losses.length / models;
  if (!(models >= 1) || !Number.isInteger(rows)) throw new RangeError(`expected losses of ${models} models a row, found ${losses.length}`);
  if (!(rate > 0) || !(share >= 0 && share < 1) || !(delayRows >= 1)) {
    throw new RangeError(`expected a rate above 0, a share in [0, 1) and a delay of at least 1 row, found ${rate}, ${share} and ${delayRows}`);
  }
  const bad = losses.findIndex((loss) => !(loss >= 0 && loss <= 1));
  if (bad >= 0) throw new InvalidData(`expected losses in [0, 1], found ${losses[bad]} of model ${bad % models} in row ${Math.floor(bad / models)}`);
  const weights = new Float64Array(losses.length);
  let present: Float64Array = new Float64Array(models).fill(1 / models);
  for (let row = 0; row < rows + delayRows; row++) {
    const settled = row - delayRows;
    if (settled >= 0 && settled < rows) present = updateWeights(present, losses.subarray(settled * models, (settled + 1) * models), options);
    if (row < rows) weights.set(present, row * models);
  }
  return { weights, last: present };
}

/** The weights after one row of losses. */
export function updateWeights(weights: Float64Array, losses: Float64Array, { rate, share }: Pick<OnlineWeightsOptions, 'rate' | 'share'>): Float64Array {
  const least = losses.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const scaled = weights.map((weight, j) => weight * Math.exp(-rate * (losses[j] - least)));
  const total = scaled.reduce((sum, weight) => sum + weight, 0);
  return scaled.map((weight) => (1 - share) * (weight / total) + share / weights.length);
}
