/** Gradient-boosted trees (Ke et al. 2017, LightGBM) as a model family, over whatever implements the library's port. */
import type { Booster, GradientBoosting } from './gradient-boosting.js';
import type { Classifier, FitData, FitOptions, Matrix, ModelFamily } from './model.js';
import { checkColumnCount, checkFitData, numberParameter } from './check-fit-data.js';
import { takeMatrixRows } from './matrix-parts.js';
import { decodeModel, encodeModel } from './model-bytes.js';

/** Small trees, slow learning, strong leaves: market data of a few hundred effective examples. */
export const LIGHTGBM_DEFAULTS = Object.freeze({
  rounds: 80,
  learning_rate: 0.05,
  num_leaves: 4,
  min_data_in_leaf: 50,
  lambda_l2: 1,
  feature_fraction: 0.7,
  bagging_fraction: 0.8,
  bagging_freq: 1,
});

interface LightgbmState {
  readonly modelText: string;
}

/**
 * The family under the given id (lightgbm, lightgbm-tuned). Parameters: `rounds`, and the library's own names. Missing
 * values are the library's affair (a learnt side of each split).
 */
export function lightgbmFamily(id: string, library: GradientBoosting): ModelFamily {
  return {
    id,
    defaults: LIGHTGBM_DEFAULTS,
    fit: async (data, options) => fitLightgbm({ id, library }, data, options),
    load: (bytes) => {
      const { featureNames, modelText } = decodeModel<LightgbmState>(bytes, [id]);
      return makeClassifier(id, featureNames, library.load(modelText));
    },
  };
}

function fitLightgbm({ id, library }: { id: string; library: GradientBoosting }, data: FitData, options: FitOptions): Classifier {
  const { features, featureNames, rows, y, weights } = checkFitData(data);
  const { rounds: _, ...native } = { ...LIGHTGBM_DEFAULTS, ...options.parameters };
  const rounds = numberParameter({ ...LIGHTGBM_DEFAULTS, ...options.parameters }, 'rounds');
  const booster = library.train(
    { x: takeMatrixRows(features, rows), y, weights, featureNames },
    { ...native, objective: 'binary', seed: options.seed & 0x7fffffff, num_threads: options.threads },
    rounds,
    (round) => {
      options.signal?.throwIfAborted();
      options.progress?.((round + 1) / rounds, `tree ${round + 1} of ${rounds}`);
      return true;
    },
  );
  return makeClassifier(id, featureNames, booster);
}

function makeClassifier(family: string, featureNames: readonly string[], booster: Booster): Classifier {
  return {
    family,
    featureNames,
    predictProba: (features: Matrix, rows: Int32Array) => {
      checkColumnCount(features, featureNames);
      return booster.predict(takeMatrixRows(features, rows));
    },
    featureImportance: () => booster.importance(),
    save: () => encodeModel<LightgbmState>(family, featureNames, { modelText: booster.modelText() }),
    dispose: () => booster.dispose(),
  };
}
