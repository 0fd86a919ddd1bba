/** The check of examples before they reach a native library, which would read beyond an array that is too short. */
import type { BoosterData, BoosterExamples } from './gradient-boosting.js';

/** @throws RangeError naming the length, query sizes or column that do not fit. */
export function checkBoosterData(data: BoosterData): void {
  const { x, featureNames, categorical = [], validation } = data;
  checkExamples(data, 'train');
  if (featureNames.length !== x.columnCount) throw new RangeError(`expected ${x.columnCount} feature names, found ${featureNames.length}`);
  const bad = categorical.find((column) => !(Number.isInteger(column) && column >= 0 && column < x.columnCount));
  if (bad !== undefined) throw new RangeError(`expected categorical columns below ${x.columnCount}, found ${bad}`);
  if (validation === undefined) return;
  checkExamples(validation.examples, 'validation');
  if (validation.examples.x.columnCount !== x.columnCount) {
    throw new RangeError(`expected ${x.columnCount} columns in validation, found ${validation.examples.x.columnCount}`);
  }
}

function checkExamples({ x, y, weights, groups }: BoosterExamples, part: string): void {
  if (x.rowCount === 0) throw new RangeError(`expected rows in ${part}, found none`);
  if (x.values.length !== x.rowCount * x.columnCount) {
    throw new RangeError(`expected ${x.rowCount} x ${x.columnCount} values in ${part}, found ${x.values.length}`);
  }
  if (y.length !== x.rowCount || weights.length !== x.rowCount) {
    throw new RangeError(`expected ${x.rowCount} targets and weights in ${part}, found ${y.length} and ${weights.length}`);
  }
  const grouped = groups?.reduce((sum, size) => sum + size, 0);
  if (grouped !== undefined && grouped !== x.rowCount) throw new RangeError(`expected queries of ${x.rowCount} rows in ${part}, found ${grouped}`);
}
