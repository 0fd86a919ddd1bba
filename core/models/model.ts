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

export interface FitOptions {
  readonly seed: number;
  readonly threads: number;
  /** Family parameters, as found by the search or from the family's defaults. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly signal?: Abort;
  readonly progress?: (fraction: number, message: string) => void;
  /** Of this very fit; families that are trained in epochs go on from its newest state. */
  readonly state?: StateKeeper<unknown>;
}

/** A fitted binary classifier. `dispose` frees native memory; the object is unusable after it. */
export interface Classifier {
  readonly family: string;
  readonly featureNames: readonly string[];
  /** P(y = 1) for the given rows of `features`, in [0, 1]; uses rows up to each row only. */
  predictProba(features: Matrix, rows: Int32Array): Float64Array;
  /** Non-negative importance, one per feature, or null where the family has none. */
  featureImportance(): Float64Array | null;
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
