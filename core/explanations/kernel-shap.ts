/**
 * Kernel SHAP (Lundberg and Lee 2017, section 4.1): Shapley values of any model's output, absent features taken from background rows.
 * All coalitions where they are few, which is exact; else paired draws (Covert and Lee 2021, Improving KernelSHAP, section 4).
 */
import type { Abort } from '../abort.js';
import { logOdds } from '../ensembles/log-odds.js';
import { InsufficientData } from '../errors.js';
import type { Classifier, Explanation, Matrix } from '../models/model.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { Coalitions } from './coalitions.js';
import { allCoalitions, drawCoalitions, shapleyValues } from './coalitions.js';

export interface KernelShapOptions {
  /** Rows of the same features that stand for an unknown value: train rows, some tens of them. */
  readonly background: Int32Array;
  readonly scale: Explanation['scale'];
  readonly seed: number;
  /** Rows before its own that the model looks back on: a feature is replaced in all of them. Default 0. */
  readonly historyRows?: number;
  /** Coalitions drawn where there are more than 2^10; default 32 a column. */
  readonly draws?: number;
  readonly signal?: Abort;
}

/** Up to this many columns every coalition is looked at. */
const EXACT_COLUMNS = 10;
const DRAWS_A_COLUMN = 32;
/** Rows handed to the model at a time: bounds memory. */
const PREDICTED_ROWS = 32_768;

/**
 * Contributions that add up to the model's output minus its mean output over the background, which is the base.
 * @throws InsufficientData without background; RangeError on a row with fewer rows before it than `historyRows`.
 */
export function explainByKernel(
  model: Pick<Classifier, 'predictProba'>,
  data: { features: Matrix; rows: Int32Array },
  options: KernelShapOptions,
): Explanation {
  const { features, rows } = data;
  const width = features.columnCount;
  if (options.background.length === 0) throw new InsufficientData('expected background rows for Kernel SHAP, found none');
  const history = options.historyRows ?? 0;
  const early = [...rows, ...options.background].find((row) => row < history || row >= features.rowCount);
  if (early !== undefined) throw new RangeError(`expected rows from ${history} to ${features.rowCount - 1}, found ${early}`);
  const random = makeRandom(deriveSeed(options.seed, 'kernel-shap'));
  const coalitions = width <= EXACT_COLUMNS ? allCoalitions(width) : drawCoalitions(width, options.draws ?? DRAWS_A_COLUMN * width, random);
  const output = (matrix: Matrix, at: Int32Array): Float64Array => {
    const p = model.predictProba(matrix, at);
    return options.scale === 'log-odds' ? p.map(logOdds) : p;
  };
  const known = output(features, rows);
  const base = mean(output(features, options.background));
  const contributions = new Float64Array(rows.length * width);
  const task = { features, background: options.background, history, coalitions, output };
  rows.forEach((row, i) => {
    options.signal?.throwIfAborted();
    contributions.set(shapleyValues(coalitions, coalitionValues(task, row), { none: base, all: known[i] }), i * width);
  });
  return { scale: options.scale, base, contributions };
}

interface ValueTask {
  readonly features: Matrix;
  readonly background: Int32Array;
  readonly history: number;
  readonly coalitions: Coalitions;
  readonly output: (matrix: Matrix, rows: Int32Array) => Float64Array;
}

/** Mean output over the background of each coalition of a row's features. */
function coalitionValues(task: ValueTask, row: number): Float64Array {
  const { background, history, coalitions } = task;
  const block = history + 1;
  const batch = Math.max(1, Math.floor(PREDICTED_ROWS / (background.length * block)));
  const out = new Float64Array(coalitions.count);
  for (let from = 0; from < coalitions.count; from += batch) {
    const count = Math.min(batch, coalitions.count - from);
    const matrix = blendRows(task, row, { from, count });
    const last = Int32Array.from({ length: count * background.length }, (_, k) => (k + 1) * block - 1);
    const outputs = task.output(matrix, last);
    for (let c = 0; c < count; c++) out[from + c] = mean(outputs.subarray(c * background.length, (c + 1) * background.length));
  }
  return out;
}

/** For each coalition and background row a block of history: the coalition's columns from the row's own block, the others from the background's. */
function blendRows({ features, background, history, coalitions }: ValueTask, row: number, part: { from: number; count: number }): Matrix {
  const width = features.columnCount;
  const block = (history + 1) * width;
  const values = new Float64Array(part.count * background.length * block);
  let at = 0;
  for (let c = part.from; c < part.from + part.count; c++) {
    for (const other of background) {
      for (let k = 0; k < block; k++) {
        const source = coalitions.members[c * width + (k % width)] === 1 ? row : other;
        values[at++] = features.values[(source - history) * width + k];
      }
    }
  }
  return { rowCount: values.length / width, columnCount: width, values };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
