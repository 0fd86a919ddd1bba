/** What core needs of a gradient boosting library; adapters implement it over LightGBM's and XGBoost's C libraries. */
import type { Matrix } from './model.js';

/** Examples with their targets. */
export interface BoosterExamples {
  /** Row-major, NaN = missing. Columns listed as categorical hold codes 0, 1, 2 ... */
  readonly x: Matrix;
  /** As the objective wants them: 0 or 1, any number, the class's number, or the relevance within a query. */
  readonly y: Float64Array;
  /** Above zero, one a row. */
  readonly weights: Float64Array;
  /** Ranking alone: rows of each query, in the order of the rows; they add up to the rows. */
  readonly groups?: Int32Array;
}

export interface BoosterData extends BoosterExamples {
  readonly featureNames: readonly string[];
  /** Columns whose values are codes without order. */
  readonly categorical?: readonly number[];
  /**
   * Later examples that the fit is watched on. After `patience` rounds that did not improve the first metric of the objective
   * (parameter `metric` in LightGBM, `eval_metric` in XGBoost) training stops, and rounds after the best one are dropped.
   */
  readonly validation?: { readonly examples: BoosterExamples; readonly patience: number };
}

export interface Booster {
  /** Rounds that the model holds; after early stopping the best one is the last. */
  readonly rounds: number;
  /** Native prediction: probabilities for binary and (row-major, one a class) multiclass objectives, else the value. */
  predict(x: Matrix): Float64Array;
  /**
   * Per-feature contributions (exact SHAP of the trees) plus the base value last: [rowCount x (columnCount + 1)], row-major, in
   * log-odds; with several classes one such row a class, class after class.
   */
  contributions(x: Matrix): Float64Array;
  /**
   * SHAP interaction values [rowCount x (columnCount + 1) x (columnCount + 1)]: each line adds up to the contribution of its feature.
   * Null where the library has none (LightGBM).
   */
  readonly interactions: ((x: Matrix) => Float64Array) | null;
  /** Total gain a feature; of a LightGBM model read back from its text to six digits, as the text keeps them. */
  importance(): Float64Array;
  /** The library's own model text. */
  modelText(): string;
  /** Frees the native memory; may be called again. */
  dispose(): void;
}

export interface GradientBoosting {
  readonly library: string;
  readonly version: string;
  /**
   * Parameters are the library's own names (objective, num_leaves, ...); deterministic settings are added by the adapter.
   * `iteration` is called after each round; returning false stops. What it throws ends the training; nothing stays allocated.
   * @throws RangeError on lengths that do not fit, NumericalError with the library's own message.
   */
  train(data: BoosterData, parameters: Readonly<Record<string, number | string | boolean>>, rounds: number, iteration?: (round: number) => boolean): Booster;
  load(modelText: string): Booster;
}
