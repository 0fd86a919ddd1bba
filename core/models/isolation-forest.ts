/**
 * Isolation forest (Liu, Ting and Zhou 2008, Isolation forest, ICDM): rows that random cuts set apart early are anomalous.
 * Fitted without labels, on the rows given alone.
 */
import type { Abort } from '../abort.js';
import { InsufficientData } from '../errors.js';
import type { Random } from '../stats/random.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { Matrix } from './model.js';
import { decodeModel, encodeModel } from './model-bytes.js';

/** The paper's own: 100 trees of 256 rows. */
export const ISOLATION_FOREST_DEFAULTS = Object.freeze({ trees: 100, sample: 256 });

export interface IsolationForestOptions {
  readonly seed: number;
  readonly trees?: number;
  /** Rows of a tree, drawn without replacement; all rows where there are fewer. */
  readonly sample?: number;
  readonly signal?: Abort;
}

/** Nodes of one tree, root first. */
interface IsolationTree {
  /** Column of the cut, -1 in a leaf. */
  readonly column: readonly number[];
  /** Values at or below go left; in a leaf the expected depth of the rows it holds. */
  readonly value: readonly number[];
  /** Left child, the right one stands after it; 0 in a leaf. */
  readonly left: readonly number[];
}

interface ForestState {
  /** Mean of each column over the fit rows: what a missing value becomes. */
  readonly means: readonly number[];
  readonly sample: number;
  readonly trees: readonly IsolationTree[];
}

export interface IsolationForest {
  readonly featureNames: readonly string[];
  /** Anomaly score of each given row in (0, 1): near 1 anomalous, well below 0.5 ordinary. A missing value counts as the column's mean. */
  score(features: Matrix, rows: Int32Array): Float64Array;
  /** Self-describing bytes that `loadIsolationForest` reads. */
  save(): Uint8Array;
}

/**
 * The forest of the given rows; the same rows and seed give the same bytes.
 * @throws InsufficientData on fewer than 2 rows; RangeError on names that do not fit.
 */
export function fitIsolationForest(
  data: { features: Matrix; featureNames: readonly string[]; rows: Int32Array },
  options: IsolationForestOptions,
): IsolationForest {
  const { features, featureNames, rows } = data;
  if (featureNames.length !== features.columnCount) throw new RangeError(`expected ${features.columnCount} feature names, found ${featureNames.length}`);
  if (rows.length < 2) throw new InsufficientData(`expected at least 2 rows to isolate, found ${rows.length}`);
  const sample = Math.min(rows.length, options.sample ?? ISOLATION_FOREST_DEFAULTS.sample);
  const means = columnMeans(features, rows);
  const filled = (row: number, column: number): number => valueOr(features, row * features.columnCount + column, means[column]);
  const trees = Array.from({ length: options.trees ?? ISOLATION_FOREST_DEFAULTS.trees }, (_, k) => {
    options.signal?.throwIfAborted();
    const random = makeRandom(deriveSeed(options.seed, 'isolation-tree', k));
    return growTree(drawRows(rows, sample, random), { columnCount: features.columnCount, valueAt: filled, limit: Math.ceil(Math.log2(sample)) }, random);
  });
  return makeForest(featureNames, { means, sample, trees });
}

/** The forest of saved bytes. @throws InvalidData when they are no isolation forest. */
export function loadIsolationForest(bytes: Uint8Array): IsolationForest {
  const { featureNames, means, sample, trees } = decodeModel<ForestState>(bytes, ['isolation-forest']);
  return makeForest(featureNames, { means, sample, trees });
}

/** Mean depth of an unsuccessful search among n rows in a binary search tree (equation 1 of the paper; exact harmonic numbers). */
export function expectedDepth(n: number): number {
  if (n <= 1) return 0;
  let harmonic = 0;
  for (let k = 1; k < n; k++) harmonic += 1 / k;
  return 2 * harmonic - (2 * (n - 1)) / n;
}

interface Ground {
  readonly columnCount: number;
  readonly valueAt: (row: number, column: number) => number;
  readonly limit: number;
}

function growTree(rows: Int32Array, ground: Ground, random: Random): IsolationTree {
  const tree = { column: [-1], value: [0], left: [0] };
  // A node's rows are a span of `rows`, which cuts partition in place.
  const open = [{ node: 0, from: 0, to: rows.length, depth: 0 }];
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    const { node, from, to, depth } = task;
    const cut = depth < ground.limit && to - from > 1 ? drawCut(rows.subarray(from, to), ground, random) : null;
    if (cut === null) {
      tree.value[node] = depth + expectedDepth(to - from);
      continue;
    }
    const middle = from + partition(rows.subarray(from, to), (row) => ground.valueAt(row, cut.column) <= cut.value);
    const left = tree.column.length;
    tree.column[node] = cut.column;
    tree.value[node] = cut.value;
    tree.left[node] = left;
    tree.column.push(-1, -1);
    tree.value.push(0, 0);
    tree.left.push(0, 0);
    open.push({ node: left + 1, from: middle, to, depth: depth + 1 }, { node: left, from, to: middle, depth: depth + 1 });
  }
  return tree;
}

/** A column that varies over the rows and a value within its range; null where none varies. */
function drawCut(rows: Int32Array, { columnCount, valueAt }: Ground, random: Random): { column: number; value: number } | null {
  const untried = Int32Array.from({ length: columnCount }, (_, j) => j);
  for (let left = columnCount; left > 0; left--) {
    const pick = random.below(left);
    const column = untried[pick];
    untried[pick] = untried[left - 1];
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      least = Math.min(least, valueAt(row, column));
      most = Math.max(most, valueAt(row, column));
    }
    // Below the largest value, so that neither side is empty whatever is rounded.
    const value = least + random.uniform() * (most - least);
    if (most > least) return { column, value: value < most ? value : least };
  }
  return null;
}

/** Rows that hold first; how many do. */
function partition(rows: Int32Array, holds: (row: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!holds(row)) continue;
    rows[i] = rows[count];
    rows[count++] = row;
  }
  return count;
}

function makeForest(featureNames: readonly string[], state: ForestState): IsolationForest {
  const { means, sample, trees } = state;
  const scale = expectedDepth(sample);
  return {
    featureNames,
    score: (features, rows) => {
      if (features.columnCount !== means.length) throw new RangeError(`expected ${means.length} feature columns as fitted, found ${features.columnCount}`);
      const row = new Float64Array(means.length);
      return Float64Array.from(rows, (at) => {
        for (let j = 0; j < row.length; j++) row[j] = valueOr(features, at * row.length + j, means[j]);
        let depth = 0;
        for (const tree of trees) depth += depthOf(tree, row);
        return 2 ** (-depth / trees.length / scale);
      });
    },
    save: () => encodeModel<ForestState>('isolation-forest', featureNames, state),
  };
}

function depthOf({ column, value, left }: IsolationTree, row: Float64Array): number {
  let node = 0;
  while (column[node] >= 0) node = left[node] + (row[column[node]] <= value[node] ? 0 : 1);
  return value[node];
}

function columnMeans({ columnCount, values }: Matrix, rows: Int32Array): number[] {
  return Array.from({ length: columnCount }, (_, j) => {
    let count = 0;
    let sum = 0;
    for (const row of rows) {
      const value = values[row * columnCount + j];
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
    }
    return count === 0 ? 0 : sum / count;
  });
}

function valueOr({ values }: Matrix, at: number, otherwise: number): number {
  const value = values[at];
  return Number.isNaN(value) ? otherwise : value;
}

/** `count` of the rows without replacement (a partial Fisher-Yates shuffle). */
function drawRows(rows: Int32Array, count: number, random: Random): Int32Array {
  const all = Int32Array.from(rows);
  for (let i = 0; i < count; i++) {
    const other = i + random.below(all.length - i);
    const kept = all[i];
    all[i] = all[other];
    all[other] = kept;
  }
  return all.slice(0, count);
}
