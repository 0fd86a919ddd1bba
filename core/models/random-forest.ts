/** Random forests (Breiman 2001) grown by LightGBM: trees of equal say, each on a sample of the rows, each split on a sample of the columns. */
import { boostedFamily } from './boosted-family.js';
import type { GradientBoosting } from './gradient-boosting.js';
import { lightgbmSettings } from './lightgbm.js';
import type { ModelFamily } from './model.js';

/**
 * Deeper trees than boosting's, in leaves of at least ten examples. A sample holds 63.2 % of the rows without repeats, the share of
 * distinct rows in a bootstrap sample of Breiman's.
 */
export const FOREST_DEFAULTS = Object.freeze({
  rounds: 200,
  num_leaves: 64,
  min_data_in_leaf: 10,
  bagging_fraction: 0.632,
  bagging_freq: 1,
  feature_fraction_bynode: 0.5,
});

/**
 * The family. Its probability is the logistic of the trees' mean log-odds, where Breiman's forest takes the mean of the trees' shares:
 * the ranking hardly differs, the level does (nearer to the middle), which calibration is for.
 */
export function randomForestFamily(library: GradientBoosting): ModelFamily {
  return boostedFamily({
    id: 'random-forest',
    library,
    defaults: FOREST_DEFAULTS,
    settings: (options) => ({ ...lightgbmSettings(options), boosting: 'rf' }),
    stopsEarly: false,
  });
}
