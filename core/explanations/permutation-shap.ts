/**
 * Shapley values of any model by walks from a background row to the explained one (Strumbelj and Kononenko 2014, Explaining prediction models
 * and individual predictions with feature contributions, section 3.3), each walk beside its reverse (Mitchell et al. 2022, Sampling permutations
 * for Shapley value estimation, antithetic sampling). Costs rows x background x (columns + 1) predictions and adds up exactly, however few.
 */
import type { Abort } from '../abort.js';
import { logOdds } from '../ensembles/log-odds.js';
import { InsufficientData } from '../errors.js';
import type { Classifier, Explanation, Matrix } from '../models/model.js';
import type { Random } from '../stats/random.js';
import { deriveSeed, makeRandom } from '../stats/random.js';

export interface PermutationShapOptions {
  /** Rows of the same features that stand for an unknown value: train rows. One walk each, every second one the reverse of the one before. */
  readonly background: Int32Array;
  readonly seed: number;
  /** Rows before its own that the model looks back on: a feature is replaced in all of them. Default 0. */
  readonly historyRows?: number;
  readonly signal?: Abort;
}

/**
 * Contributions on log-odds that add up to the model's output minus its mean output over the background, which is the base.
 * @throws InsufficientData without background; RangeError on a row with fewer rows before it than `historyRows`.
 */
export function explainByPermutation(
  model: Pick<Classifier, 'predictProba'>,
  { features, rows }: { features: Matrix; rows: Int32Array },
  options: PermutationShapOptions,
): Explanation {
  const width = features.columnCount;
  const { background, historyRows = 0 } = options;
  if (background.length === 0) throw new InsufficientData('expected background rows to walk from, found none');
  const early = [...rows, ...background].find((row) => row < historyRows || row >= features.rowCount);
  if (early !== undefined) throw new RangeError(`expected rows from ${historyRows} to ${features.rowCount - 1}, found ${early}`);
  const random = makeRandom(deriveSeed(options.seed, 'permutation-shap'));
  const contributions = new Float64Array(rows.length * width);
  const steps = width + 1;
  const last = Int32Array.from({ length: background.length * steps }, (_, k) => (k + 1) * (historyRows + 1) - 1);
  rows.forEach((row, i) => {
    options.signal?.throwIfAborted();
    const orders = walkOrders(background.length, width, random);
    const outputs = model.predictProba(walkRows(features, { row, background, historyRows, orders }), last).map(logOdds);
    orders.forEach((order, walk) =>
      order.forEach((column, k) => {
        const at = walk * steps + k;
        contributions[i * width + column] += (outputs[at + 1] - outputs[at]) / background.length;
      }),
    );
  });
  const base = model.predictProba(features, background).reduce((sum, p) => sum + logOdds(p), 0) / background.length;
  return { scale: 'log-odds', base, contributions };
}

/** Random orders of the columns, each odd one the reverse of the one before. */
function walkOrders(count: number, width: number, random: Random): Int32Array[] {
  const orders: Int32Array[] = [];
  for (let walk = 0; walk < count; walk++) {
    const order = Int32Array.from({ length: width }, (_, j) => j);
    if (walk % 2 === 1) order.set(orders[walk - 1].slice().reverse());
    else
      for (let k = width - 1; k > 0; k--) {
        const other = random.below(k + 1);
        [order[k], order[other]] = [order[other], order[k]];
      }
    orders.push(order);
  }
  return orders;
}

interface Walks {
  readonly row: number;
  readonly background: Int32Array;
  readonly historyRows: number;
  readonly orders: readonly Int32Array[];
}

/** For each walk a block of history for each of its steps: the background's, then one column after another the row's own. */
function walkRows({ columnCount: width, values }: Matrix, { row, background, historyRows, orders }: Walks): Matrix {
  const block = (historyRows + 1) * width;
  const own = (row - historyRows) * width;
  const out = new Float64Array(orders.length * (width + 1) * block);
  let at = 0;
  orders.forEach((order, walk) => {
    out.set(values.subarray((background[walk] - historyRows) * width, (background[walk] + 1) * width), at);
    for (const column of order) {
      out.copyWithin(at + block, at, at + block);
      at += block;
      for (let k = column; k < block; k += width) out[at + k] = values[own + k];
    }
    at += block;
  });
  return { rowCount: out.length / width, columnCount: width, values: out };
}
