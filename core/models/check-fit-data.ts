/** The check that every model family makes of its examples before it fits. */
import { InsufficientData, InvalidData } from '../errors.js';
import type { FitData, Matrix } from './model.js';

/**
 * The same examples, once rows, labels and weights fit together and both classes occur.
 * @throws RangeError on lengths or rows that do not fit; InvalidData on a label other than 0 or 1 or a weight that is
 * not above zero; InsufficientData when a class has no example.
 */
export function checkFitData(data: FitData): FitData {
  const { features, featureNames, rows, y, weights } = data;
  if (featureNames.length !== features.columnCount) throw new RangeError(`expected ${features.columnCount} feature names, found ${featureNames.length}`);
  if (y.length !== rows.length || weights.length !== rows.length) {
    throw new RangeError(`expected ${rows.length} labels and weights, one a row, found ${y.length} and ${weights.length}`);
  }
  let ones = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!(row >= 0 && row < features.rowCount) || (i > 0 && row <= rows[i - 1]))
      throw new RangeError(`expected ascending rows below ${features.rowCount}, found ${row} at ${i}`);
    if (y[i] !== 0 && y[i] !== 1) throw new InvalidData(`expected label 0 or 1 in row ${row}, found ${y[i]}`);
    if (!(weights[i] > 0) || !Number.isFinite(weights[i])) throw new InvalidData(`expected a finite weight above 0 in row ${row}, found ${weights[i]}`);
    ones += y[i];
  }
  if (ones === 0 || ones === rows.length) {
    throw new InsufficientData(`expected examples of both classes, found ${rows.length} rows with ${ones} of class 1`);
  }
  return data;
}

/** @throws RangeError when a matrix has another number of columns than the model was fitted on. */
export function checkColumnCount(features: Matrix, featureNames: readonly string[]): void {
  if (features.columnCount !== featureNames.length) {
    throw new RangeError(`expected ${featureNames.length} feature columns as fitted, found ${features.columnCount}`);
  }
}

/** A numeric family parameter. @throws RangeError naming it when it is no finite number. */
export function numberParameter(parameters: Readonly<Record<string, number | string | boolean>>, name: string): number {
  const value = parameters[name];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new RangeError(`expected parameter ${name} to be a finite number, found ${String(value)}`);
  return value;
}
