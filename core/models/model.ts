/** What every classifier offers, whatever its family; adapters implement it over native libraries. */
import type { Abort } from '../abort.js';
import type { StateKeeper } from '../parts.js';

/** Row-major matrix; NaN = missing. */
export interface Matrix {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly values: Float64Array;
}

/** Examples to fit on. `features` may hold more rows than are used: sequence models look back from a row, never ahead. */
export interface FitData {
  /** Feature rows in time order, one a bar (or one a signal). */
  readonly features: Matrix;
  readonly featureNames: readonly string[];
  /** Indices into `features`, ascending: the examples. */
  readonly rows: Int32Array;
  /** 0 or 1, one per entry of `rows`. */
  readonly y: Float64Array;
  /** Sample weights above zero, one per entry of `rows`. */
  readonly weights: Float64Array;
}

/** Later examples over the same `features`: what may stop a fit early, and nothing else. */
export type ValidationData = Pick<FitData, 'rows' | 'y' | 'weights'>;

export interface FitOptions {
  readonly seed: number;
  readonly threads: number;
  /** Family parameters, as found by the search or from the family's defaults. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly signal?: Abort;
  readonly progress?: (fraction: number, message: string) => void;
  /** Of this very fit; families that are trained in epochs go on from its newest state. */
  readonly state?: StateKeeper<unknown>;
  /** Absent: families that stop early cut their own off the end of the examples, or do without. */
  readonly validation?: ValidationData;
}

/** What each feature adds to each prediction: base plus a row's contributions is that row's output on `scale`, up to rounding. */
export interface Explanation {
  readonly scale: 'log-odds' | 'probability';
  /** Output where nothing is known of the features. */
  readonly base: number;
  /** [rows x columns], row-major. */
  readonly contributions: Float64Array;
}

/** A fitted binary classifier. `dispose` frees native memory; the object is unusable after it. */
export interface Classifier {
  readonly family: string;
  readonly featureNames: readonly string[];
  /** P(y = 1) for the given rows of `features`, in [0, 1]; uses rows up to each row only. */
  predictProba(features: Matrix, rows: Int32Array): Float64Array;
  /** Non-negative importance, one per feature, or null where the family has none. */
  featureImportance(): Float64Array | null;
  /** The family's own exact contributions to the given rows; absent or null where it has none: core/explanations/kernel-shap serves any model. */
  explain?(features: Matrix, rows: Int32Array): Explanation | null;
  /** [rows x levels] quantiles of the target, rising along each row; absent or null where the family has none. `levels` rise in (0, 1). */
  predictQuantiles?(features: Matrix, rows: Int32Array, levels: readonly number[]): Float64Array | null;
  /** Figures of the fit by name (iterations, loss ...), the same after `load`; absent where the family keeps none. */
  metrics?(): Readonly<Record<string, number>>;
  /** Self-describing bytes that ModelFamily.load reads back to identical predictions. */
  save(): Uint8Array;
  dispose(): void;
}

export interface ModelFamily {
  readonly id: string;
  readonly defaults: Readonly<Record<string, number | string | boolean>>;
  fit(data: FitData, options: FitOptions): Promise<Classifier>;
  load(bytes: Uint8Array): Classifier;
}
