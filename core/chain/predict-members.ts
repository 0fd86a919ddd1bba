/** Predictions of an ensemble's members for rows of a feature table. */
import type { MemberPredictions } from '../ensembles/apply-ensemble.js';
import { InvalidData } from '../errors.js';
import type { FeatureColumns } from '../features/feature.js';
import { featureMatrix } from '../features/feature-matrix.js';
import type { Classifier, Matrix } from '../models/model.js';

/**
 * P(y = 1) of every classifier for the given rows. The matrix handed to a model holds all rows, because a sequence
 * model looks back from a row; its columns are those the model was fitted on, found by name.
 * @throws InvalidData when a model's column is not among the features.
 */
export function predictMembers(classifiers: ReadonlyMap<string, Classifier>, features: FeatureColumns, rows: Int32Array): MemberPredictions {
  const matrices = new Map<string, Matrix>();
  const probabilities = new Map<string, Float64Array>();
  for (const [key, classifier] of classifiers) {
    const columns = classifier.featureNames.join('\n');
    const matrix = matrices.get(columns) ?? matrixOf(features, classifier.featureNames, key);
    matrices.set(columns, matrix);
    probabilities.set(key, rows.length === 0 ? new Float64Array(0) : classifier.predictProba(matrix, rows));
  }
  return { rowCount: rows.length, probabilities };
}

function matrixOf(features: FeatureColumns, names: readonly string[], model: string): Matrix {
  const columns = names.map((name) => {
    const column = features.columns[features.names.indexOf(name)];
    if (column === undefined) throw new InvalidData(`model ${model} needs the feature ${name}; found ${features.names.join(', ')}`);
    return column;
  });
  return featureMatrix(columns);
}
