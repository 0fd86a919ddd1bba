/** Drawn examples for the boosting libraries: missing values, ties, a column of codes, targets of every kind. */
import type { BoosterData, BoosterExamples } from '../../core/models/gradient-boosting.js';
import { makeRandom } from '../../core/stats/random.js';

export const BOOSTING_NAMES = ['signal', 'noise', 'steps', 'code', 'other'] as const;
/** Place of the column of codes. */
export const CODE_COLUMN = 3;
const COLUMNS = BOOSTING_NAMES.length;
const QUERY_ROWS = 20;

export type Target = 'binary' | 'number' | 'class' | 'relevance';

/** `rowCount` rows (whole queries of 20); weights differ where asked for. */
export function boostingExamples(rowCount: number, target: Target, { seed = 5, isWeighted = false } = {}): BoosterExamples {
  const random = makeRandom(seed);
  const values = new Float64Array(rowCount * COLUMNS);
  const y = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const [signal, code, steps] = [random.normal(), Math.floor(random.uniform() * 6), Math.floor(random.uniform() * 9)];
    values.set([random.uniform() < 0.1 ? Number.NaN : signal, random.normal(), steps, code, random.normal()], row * COLUMNS);
    const level = signal + [0.8, -0.5, 0.1, -0.9, 0.4, 0][code]! + 0.1 * steps - 0.4 + 0.6 * random.normal();
    y[row] = target === 'number' ? level : target === 'binary' ? Number(level > 0) : Math.min(2, Math.max(0, Math.round(level + 1)));
  }
  const examples = { x: { rowCount, columnCount: COLUMNS, values }, y, weights: y.map(() => (isWeighted ? 0.25 + random.uniform() : 1)) };
  return target === 'relevance' ? { ...examples, groups: new Int32Array(rowCount / QUERY_ROWS).fill(QUERY_ROWS) } : examples;
}

export function boostingData(rowCount: number, target: Target, options: { seed?: number; isWeighted?: boolean } = {}): BoosterData {
  return { ...boostingExamples(rowCount, target, options), featureNames: BOOSTING_NAMES };
}
