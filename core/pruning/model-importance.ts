/** What a fold's trees make of each column, on rows that they were not fitted on. */
import { logLoss } from '../metrics/classification.js';
import type { Booster } from '../models/gradient-boosting.js';
import { takeMatrixColumns, takeMatrixRows } from '../models/matrix-parts.js';
import type { Matrix } from '../models/model.js';
import { spacedRows } from '../sampling/time-sample.js';
import type { Random } from '../stats/random.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { PruningExamples, PruningMeans } from './pruning-examples.js';
import { ROUNDS, treeParameters } from './pruning-examples.js';

/** Shifted copies of columns that stand among them: what an uninformative column contributes (Kursa and Rudnicki 2010). */
const LEAST_SHADOWS = 3;
const MOST_SHADOWS = 10;
/** Rows that contributions are averaged over: they cost far more than predictions. */
export const CONTRIBUTION_ROWS = 500;
/** Shuffles over which a column's permutation importance is the mean. */
const SHUFFLES = 3;

export interface ModelImportance {
  /** Mean |contribution| to the log-odds, one a column. */
  readonly shap: Float64Array;
  /** The largest mean |contribution| of a shifted copy. */
  readonly shapFloor: number;
  /** Rise of the weighted log loss when the column's values are shuffled, one a column. */
  readonly permutation: Float64Array;
  /** The largest such rise of a shifted copy, at least 0. */
  readonly permutationFloor: number;
}

export interface ModelTask {
  /** Columns of the matrix, at least one. */
  readonly columns: readonly number[];
  /** Matrix rows to fit on, and to measure on. */
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Trees fitted on the train rows; contributions and permutation importance on the test rows (Lundberg et al. 2020; Breiman
 * 2001). The shifted copies are part of the fit and of the contributions; what is drawn follows from the seed.
 */
export function measureColumns(examples: PruningExamples, task: ModelTask, means: PruningMeans): ModelImportance {
  const random = makeRandom(deriveSeed(means.seed, 'shadows'));
  const train = withShadows(takeMatrixColumns(takeMatrixRows(examples.matrix, task.train), task.columns), random);
  const booster = means.library.train(
    {
      x: train,
      y: valuesAt(examples.label, task.train),
      weights: valuesAt(examples.weight, task.train),
      featureNames: Array.from({ length: train.columnCount }, (_, j) => `c${j}`),
    },
    treeParameters(means.seed, means.threads),
    ROUNDS,
    () => {
      means.signal?.throwIfAborted();
      return true;
    },
  );
  try {
    const test = withShadows(takeMatrixColumns(takeMatrixRows(examples.matrix, task.test), task.columns), random);
    const shap = meanContributions(booster, spacedPart(test, CONTRIBUTION_ROWS));
    const rise = permutationImportance(booster, test, { y: valuesAt(examples.label, task.test), weight: valuesAt(examples.weight, task.test), random });
    return {
      shap: shap.slice(0, task.columns.length),
      shapFloor: Math.max(...shap.subarray(task.columns.length)),
      permutation: rise.slice(0, task.columns.length),
      permutationFloor: Math.max(0, ...rise.subarray(task.columns.length)),
    };
  } finally {
    booster.dispose();
  }
}

/** The columns, then copies of some of them moved in a circle by a random distance: the values and their runs stay, the tie to the row goes. */
function withShadows(matrix: Matrix, random: Random): Matrix {
  const { rowCount, columnCount } = matrix;
  const shadows = Math.min(MOST_SHADOWS, Math.max(LEAST_SHADOWS, columnCount));
  const width = columnCount + shadows;
  const values = new Float64Array(rowCount * width);
  for (let row = 0; row < rowCount; row++) values.set(matrix.values.subarray(row * columnCount, (row + 1) * columnCount), row * width);
  for (let k = 0; k < shadows; k++) {
    // Sources at even distances, the same in train and test.
    const source = Math.floor((k * columnCount) / shadows);
    const least = Math.ceil(rowCount / 10);
    const shift = least + random.below(Math.max(1, rowCount - 2 * least));
    for (let row = 0; row < rowCount; row++) values[row * width + columnCount + k] = matrix.values[((row + shift) % rowCount) * columnCount + source];
  }
  return { rowCount, columnCount: width, values };
}

/** Mean absolute contribution of each column. */
export function meanContributions(booster: Booster, matrix: Matrix): Float64Array {
  const { rowCount, columnCount } = matrix;
  const contributions = booster.contributions(matrix);
  const out = new Float64Array(columnCount);
  for (let row = 0; row < rowCount; row++) {
    for (let j = 0; j < columnCount; j++) out[j] += Math.abs(contributions[row * (columnCount + 1) + j]) / rowCount;
  }
  return out;
}

interface PermutationTask {
  readonly y: Float64Array;
  readonly weight: Float64Array;
  readonly random: Random;
}

function permutationImportance(booster: Booster, matrix: Matrix, { y, weight, random }: PermutationTask): Float64Array {
  const { rowCount, columnCount } = matrix;
  const values = matrix.values.slice();
  const base = logLoss(y, booster.predict(matrix), weight);
  return Float64Array.from({ length: columnCount }, (_, j) => {
    let rise = 0;
    for (let k = 0; k < SHUFFLES; k++) {
      for (let row = rowCount - 1; row > 0; row--) {
        const other = random.below(row + 1);
        const kept = values[row * columnCount + j];
        values[row * columnCount + j] = values[other * columnCount + j];
        values[other * columnCount + j] = kept;
      }
      rise += (logLoss(y, booster.predict({ rowCount, columnCount, values }), weight) - base) / SHUFFLES;
    }
    for (let row = 0; row < rowCount; row++) values[row * columnCount + j] = matrix.values[row * columnCount + j];
    return rise;
  });
}

/** At most `count` of the rows, evenly spaced. */
export function spacedPart(matrix: Matrix, count: number): Matrix {
  return takeMatrixRows(
    matrix,
    spacedRows(
      Int32Array.from({ length: matrix.rowCount }, (_, row) => row),
      count,
    ),
  );
}

/** Values at the given rows. */
export function valuesAt(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]);
}
