/** What core needs of a gradient boosting library; adapters/gradient-boosting implements it over LightGBM's C library. */
import type { Matrix } from './model.js';

export interface BoosterData {
  /** Row-major, NaN = missing. */
  readonly x: Matrix;
  readonly y: Float64Array;
  readonly weights: Float64Array;
  readonly featureNames: readonly string[];
}

export interface Booster {
  /** Native prediction: probabilities for objective binary. */
  predict(x: Matrix): Float64Array;
  /** Per-feature contributions plus the base value last: [rowCount x (columnCount + 1)], row-major, in log-odds. */
  contributions(x: Matrix): Float64Array;
  /** Total gain a feature. */
  importance(): Float64Array;
  /** The library's own model text. */
  modelText(): string;
  dispose(): void;
}

export interface GradientBoosting {
  readonly library: string;
  readonly version: string;
  /**
   * Parameters are the library's own names (objective, num_leaves, ...); deterministic settings are added by the adapter.
   * `iteration` is called after each round; returning false stops.
   */
  train(data: BoosterData, parameters: Readonly<Record<string, number | string | boolean>>, rounds: number, iteration?: (round: number) => boolean): Booster;
  load(modelText: string): Booster;
}
