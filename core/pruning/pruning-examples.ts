/** What pruning and the search for interactions look at. */
import type { Abort } from '../abort.js';
import type { GradientBoosting } from '../models/gradient-boosting.js';
import type { Matrix } from '../models/model.js';

/** Columns and outcomes; every array but `names` has one value a matrix row, in order of time. */
export interface PruningExamples {
  readonly matrix: Matrix;
  readonly names: readonly string[];
  /** 0, 1, or NaN where the outcome is not known. */
  readonly label: Float64Array;
  /** Span of the outcome, UTC ms: what inner folds are purged by. */
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** Sample weights above 0. */
  readonly weight: Float64Array;
}

export interface PruningMeans {
  readonly library: GradientBoosting;
  readonly seed: number;
  readonly threads: number;
  readonly embargoMs: number;
  readonly signal?: Abort;
}

/** Most rows that models and information look at, evenly spaced: their cost then does not grow with the window. */
export const MAXIMUM_ROWS = 20_000;

/** Small trees with strong leaves: overlapping labels make large ones learn the runs of persistent columns. */
const TREES = { objective: 'binary', learning_rate: 0.1, num_leaves: 7, min_data_in_leaf: 50, lambda_l2: 1, feature_fraction: 0.7 } as const;
export const ROUNDS = 50;

/** Parameters of the trees for a seed. */
export function treeParameters(seed: number, threads: number): Readonly<Record<string, number | string>> {
  return { ...TREES, seed: seed & 0x7fffffff, num_threads: threads };
}
