/** Gradient-boosted trees by LightGBM (Ke et al. 2017) as model families: plain, with dropped trees, with sampled gradients. */
import { boostedFamily } from './boosted-family.js';
import type { GradientBoosting } from './gradient-boosting.js';
import type { FitOptions, ModelFamily } from './model.js';

/** Small trees, slow learning, strong leaves: market data of a few hundred effective examples. */
export const LIGHTGBM_DEFAULTS = Object.freeze({
  rounds: 80,
  patience: 20,
  learning_rate: 0.05,
  num_leaves: 4,
  min_data_in_leaf: 50,
  lambda_l2: 1,
  feature_fraction: 0.7,
  bagging_fraction: 0.8,
  bagging_freq: 1,
});

/** The settings of every LightGBM classifier: the library takes seeds of 31 bits. */
export function lightgbmSettings({ seed, threads }: FitOptions): { readonly objective: string; readonly seed: number; readonly num_threads: number } {
  return { objective: 'binary', seed: seed & 0x7fffffff, num_threads: threads };
}

/** The family under the given id (lightgbm, lightgbm-tuned). Parameters: `rounds`, and the library's own names. */
export function lightgbmFamily(id: string, library: GradientBoosting): ModelFamily {
  return boostedFamily({ id, library, defaults: LIGHTGBM_DEFAULTS, settings: lightgbmSettings, stopsEarly: true });
}

/** DART (Rashmi and Gilad-Bachrach 2015): each round drops some earlier trees and fits what they leave, so no round can be the last. */
export function lightgbmDartFamily(library: GradientBoosting): ModelFamily {
  const { patience: _, ...rest } = LIGHTGBM_DEFAULTS;
  const defaults = Object.freeze({ ...rest, learning_rate: 0.1, drop_rate: 0.1, skip_drop: 0.5, max_drop: 50 });
  return boostedFamily({
    id: 'lightgbm-dart',
    library,
    defaults,
    settings: (options) => ({ ...lightgbmSettings(options), boosting: 'dart' }),
    stopsEarly: false,
  });
}

/**
 * GOSS (Ke et al. 2017, section 3): each tree is fitted on the rows of the largest gradients (`top_rate`) and a weighted sample of the
 * rest (`other_rate`), in place of bagging; the library takes all rows for the first 1 / learning_rate rounds.
 */
export function lightgbmGossFamily(library: GradientBoosting): ModelFamily {
  const { bagging_fraction: _, bagging_freq: __, ...rest } = LIGHTGBM_DEFAULTS;
  const defaults = Object.freeze({ ...rest, learning_rate: 0.1, top_rate: 0.3, other_rate: 0.2 });
  return boostedFamily({
    id: 'lightgbm-goss',
    library,
    defaults,
    settings: (options) => ({ ...lightgbmSettings(options), boosting: 'gbdt', data_sample_strategy: 'goss' }),
    stopsEarly: true,
  });
}
