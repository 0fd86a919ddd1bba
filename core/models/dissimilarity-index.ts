/**
 * How far new rows lie from what a model was trained on: the dissimilarity index of Meyer and Pebesma 2021 (Predicting into unknown
 * space? Estimating the area of applicability of spatial prediction models, section 2.2), here over k nearest neighbours.
 */
import { InsufficientData } from '../errors.js';
import { spacedRows } from '../sampling/time-sample.js';
import { quantile } from '../stats/quantile.js';
import type { Matrix } from './model.js';
import { checkColumnCount } from './check-fit-data.js';
import type { ColumnScales } from './linear-scores.js';
import { measureColumns, standardiseColumns } from './linear-scores.js';
import { decodeModel, encodeModel } from './model-bytes.js';

export interface DissimilarityOptions {
  /** Neighbours whose mean distance counts; 1 is the paper's. */
  readonly neighbours?: number;
  /** Rows of train kept as neighbours, evenly spaced in time: distances cost rows x this. */
  readonly references?: number;
  /** Train rows this close in time are no neighbours of each other: neighbouring bars share most of their windows. */
  readonly apartRows?: number;
  /** Importance of each column, at least 0 (a model's featureImportance); default equal. */
  readonly importance?: ArrayLike<number>;
}

const FAMILY = 'dissimilarity-index';
const NEIGHBOURS = 1;
const REFERENCES = 2000;

export interface DissimilarityIndex {
  readonly featureNames: readonly string[];
  /** Rows above it are flagged: the largest index of train rows against the others within 1.5 interquartile ranges of their upper quartile. */
  readonly threshold: number;
  /** Mean distance of train rows, the unit of the index. */
  readonly meanDistance: number;
  /** Index of each given row: mean distance to its nearest train rows over meanDistance; 0 on a train row with 1 neighbour. */
  index(features: Matrix, rows: Int32Array): Float64Array;
  /** Self-describing bytes that `loadDissimilarityIndex` reads. */
  save(): Uint8Array;
}

/** What is saved of an index: the train rows it measures from. */
interface IndexState {
  readonly threshold: number;
  readonly meanDistance: number;
  readonly neighbours: number;
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly importance: readonly number[];
  /** [references x columns], standardised and scaled by importance. */
  readonly points: readonly number[];
}

/**
 * The index of the given train rows. Columns are standardised over them and scaled by importance, missing values count as the mean.
 * @throws InsufficientData when fewer than 2 + `neighbours` rows lie `apartRows` apart or all rows are equal.
 */
export function fitDissimilarityIndex(
  data: { features: Matrix; featureNames: readonly string[]; rows: Int32Array },
  options: DissimilarityOptions = {},
): DissimilarityIndex {
  const { features, featureNames } = data;
  checkColumnCount(features, featureNames);
  const count = options.neighbours ?? NEIGHBOURS;
  const rows = spacedRows(data.rows, options.references ?? REFERENCES);
  const scales = measureColumns({ features, rows, weights: new Float64Array(rows.length).fill(1) });
  const importance = Float64Array.from(featureNames, (_, j) => options.importance?.[j] ?? 1);
  const train = pointsOf({ scales, importance }, features, rows);
  const apart = options.apartRows ?? 0;
  const own = Float64Array.from(rows, (row, i) => nearestMean(train, rows.length, { of: train, at: i, count, skip: (k) => Math.abs(rows[k] - row) <= apart }));
  const meanDistance = meanPairDistance(train, rows.length);
  if (rows.length < 2 + count || own.some((distance) => !Number.isFinite(distance)) || !(meanDistance > 0)) {
    throw new InsufficientData(
      `expected at least ${2 + count} distinct train rows more than ${apart} rows apart, found ${rows.length} rows with a mean distance of ${meanDistance}`,
    );
  }
  const ownIndex = own.map((distance) => distance / meanDistance).sort();
  const [lower, upper] = [quantile(ownIndex, 0.25), quantile(ownIndex, 0.75)];
  const threshold = ownIndex.findLast((value) => value <= upper + 1.5 * (upper - lower)) ?? upper;
  return makeIndex(featureNames, {
    ...{ threshold, meanDistance, neighbours: count },
    ...{ means: Array.from(scales.means), deviations: Array.from(scales.deviations), importance: Array.from(importance), points: Array.from(train.values) },
  });
}

/** The index of saved bytes. @throws InvalidData when they are none. */
export function loadDissimilarityIndex(bytes: Uint8Array): DissimilarityIndex {
  const { schema: _, version: __, family: ___, featureNames, ...state } = decodeModel<IndexState>(bytes, [FAMILY]);
  return makeIndex(featureNames, state);
}

function makeIndex(featureNames: readonly string[], state: IndexState): DissimilarityIndex {
  const { threshold, meanDistance, neighbours: count, means, deviations } = state;
  const importance = Float64Array.from(state.importance);
  const train: Points = { width: featureNames.length, values: Float64Array.from(state.points) };
  const references = train.values.length / train.width;
  return {
    featureNames,
    threshold,
    meanDistance,
    index: (matrix, at) => {
      checkColumnCount(matrix, featureNames);
      const points = pointsOf({ scales: { means, deviations }, importance }, matrix, at);
      return Float64Array.from(at, (_, i) => nearestMean(train, references, { of: points, at: i, count, skip: () => false }) / meanDistance);
    },
    save: () => encodeModel<IndexState>(FAMILY, featureNames, state),
  };
}

/** Rows whose index lies above the threshold: 1 a flagged row. */
export function flagDissimilar(index: Float64Array, threshold: number): Uint8Array {
  return Uint8Array.from(index, (value) => Number(value > threshold));
}

interface Points {
  readonly width: number;
  /** [rows x width], row-major. */
  readonly values: Float64Array;
}

function pointsOf({ scales, importance }: { scales: ColumnScales; importance: Float64Array }, matrix: Matrix, at: Int32Array): Points {
  return toPoints(standardiseColumns(matrix, at, scales), importance, at.length);
}

function toPoints(columns: readonly Float64Array[], importance: Float64Array, count: number): Points {
  const width = columns.length;
  const values = new Float64Array(count * width);
  for (let j = 0; j < width; j++) for (let i = 0; i < count; i++) values[i * width + j] = columns[j][i] * importance[j];
  return { width, values };
}

interface Query {
  readonly of: Points;
  readonly at: number;
  readonly count: number;
  readonly skip: (row: number) => boolean;
}

/** Mean distance to the nearest `count` train points that are not skipped; Infinity where there are fewer. */
function nearestMean({ width, values }: Points, rowCount: number, { of, at, count, skip }: Query): number {
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < rowCount; k++) {
    if (skip(k)) continue;
    let sum = 0;
    for (let j = 0; j < width && sum < nearest[count - 1]; j++) sum += (values[k * width + j] - of.values[at * width + j]) ** 2;
    if (sum >= nearest[count - 1]) continue;
    let place = count - 1;
    for (; place > 0 && nearest[place - 1] > sum; place--) nearest[place] = nearest[place - 1];
    nearest[place] = sum;
  }
  return nearest.reduce((total, square) => total + Math.sqrt(square), 0) / count;
}

function meanPairDistance({ width, values }: Points, rowCount: number): number {
  let total = 0;
  for (let i = 1; i < rowCount; i++) {
    for (let k = 0; k < i; k++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += (values[i * width + j] - values[k * width + j]) ** 2;
      total += Math.sqrt(sum);
    }
  }
  return total / ((rowCount * (rowCount - 1)) / 2);
}
