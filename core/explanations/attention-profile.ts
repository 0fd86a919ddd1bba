/** Where in its window and at which features a network with attention looks, on average over rows. */
import type { Classifier, Matrix } from '../models/model.js';
import type { NetworkClassifier } from '../nn/network-classifier.js';

/** Whether a classifier can say what it looked at; whether it has anything to say, its results tell. */
export function showsAttention(classifier: Classifier): classifier is NetworkClassifier {
  return 'attention' in classifier && 'variables' in classifier;
}

/** Mean weight by lag, 0 = the predicted row itself; sums to 1. Null where the network has no attention. Rows at least one. */
export function attentionByLag(classifier: NetworkClassifier, features: Matrix, rows: Int32Array): Float64Array | null {
  const weights = classifier.attention(features, rows);
  return weights === null ? null : columnMeans(weights, rows.length).reverse();
}

/** Mean weight of each feature; sums to 1. Null where the network selects no variables. Rows at least one. */
export function variableWeights(classifier: NetworkClassifier, features: Matrix, rows: Int32Array): Float64Array | null {
  const weights = classifier.variables(features, rows);
  return weights === null ? null : columnMeans(weights, rows.length);
}

function columnMeans(values: Float64Array, rowCount: number): Float64Array {
  const means = new Float64Array(values.length / rowCount);
  values.forEach((value, k) => (means[k % means.length] += value / rowCount));
  return means;
}
