/** Logistic regression under the elastic net (Zou and Hastie 2005) on features standardised over the fit rows, as a model family. */
import { logistic } from '../ensembles/log-odds.js';
import { logLoss } from '../metrics/classification.js';
import type { PenalisedProblem } from './coordinate-descent.js';
import type { Classifier, FitData, FitOptions, ModelFamily } from './model.js';
import { checkColumnCount, checkFitData, numberParameter } from './check-fit-data.js';
import type { PathPoint } from './elastic-net-path.js';
import { elasticNetPath } from './elastic-net-path.js';
import type { LinearState } from './linear-scores.js';
import { explainLinear, linearScores, measureColumns, standardiseColumns } from './linear-scores.js';
import { decodeModel, encodeModel } from './model-bytes.js';

/**
 * `penalty` is per unit of weight: scikit-learn's LogisticRegression has C = 1 / (penalty x total weight); `l1Ratio` 1 is the lasso.
 * The defaults keep few of many weak columns.
 */
export const ELASTIC_NET_DEFAULTS = Object.freeze({ penalty: 0.02, l1Ratio: 0.5 });

interface ElasticNetState extends LinearState {
  readonly metrics: Readonly<Record<string, number>>;
}

/** The family `elastic-net`. Parameters: `penalty` above 0, `l1Ratio` in [0, 1]. A missing value counts as the mean of the fit rows. */
export const elasticNetFamily: ModelFamily = {
  id: 'elastic-net',
  defaults: ELASTIC_NET_DEFAULTS,
  fit: async (data, options) => fitElasticNet(data, options),
  load: (bytes) => {
    const { featureNames, means, deviations, coefficients, intercept, metrics } = decodeModel<ElasticNetState>(bytes, ['elastic-net']);
    return makeClassifier(featureNames, { means, deviations, coefficients, intercept, metrics });
  },
};

function fitElasticNet(data: FitData, options: FitOptions): Classifier {
  const { features, featureNames, rows, y, weights } = checkFitData(data);
  const parameters = { ...ELASTIC_NET_DEFAULTS, ...options.parameters };
  const penalty = numberParameter(parameters, 'penalty');
  const l1Ratio = numberParameter(parameters, 'l1Ratio');
  const scales = measureColumns(data);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const problem: PenalisedProblem = {
    loss: 'logistic',
    columns: standardiseColumns(features, rows, scales),
    targets: y,
    weights: weights.map((weight) => weight / total),
  };
  const [solution] = elasticNetPath(problem, { l1Ratio, penalties: [penalty], signal: options.signal });
  const { intercept, coefficients } = solution as PathPoint;
  const state = { means: Array.from(scales.means), deviations: Array.from(scales.deviations), coefficients: Array.from(coefficients), intercept };
  const metrics = {
    trainLogLoss: logLoss(y, linearScores(state, features, rows).map(logistic), weights),
    nonZero: coefficients.reduce((count, b) => count + Number(b !== 0), 0),
  };
  return makeClassifier(featureNames, { ...state, metrics });
}

function makeClassifier(featureNames: readonly string[], state: ElasticNetState): Classifier {
  return {
    family: 'elastic-net',
    featureNames,
    predictProba: (features, rows) => {
      checkColumnCount(features, featureNames);
      return linearScores(state, features, rows).map(logistic);
    },
    explain: (features, rows) => {
      checkColumnCount(features, featureNames);
      return explainLinear(state, features, rows);
    },
    featureImportance: () => Float64Array.from(state.coefficients, Math.abs),
    metrics: () => state.metrics,
    save: () => encodeModel<ElasticNetState>('elastic-net', featureNames, state),
    dispose: () => undefined,
  };
}
