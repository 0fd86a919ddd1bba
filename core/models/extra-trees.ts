/** Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) grown by LightGBM: a forest whose splits try one random threshold a column. */
import { boostedFamily } from './boosted-family.js';
import type { GradientBoosting } from './gradient-boosting.js';
import { lightgbmSettings } from './lightgbm.js';
import type { ModelFamily } from './model.js';
import { FOREST_DEFAULTS } from './random-forest.js';

/**
 * Nine rows in ten a tree: the paper takes all, the library grows a forest of samples only. It also draws a threshold from the whole
 * column's bins rather than from the values in the node, so that many draws are void: every column is tried, and leaves may be smaller.
 */
export const EXTRA_TREES_DEFAULTS = Object.freeze({
  ...FOREST_DEFAULTS,
  num_leaves: 256,
  min_data_in_leaf: 5,
  bagging_fraction: 0.9,
  feature_fraction_bynode: 1,
});

/** The family; its probability as random-forest's. */
export function extraTreesFamily(library: GradientBoosting): ModelFamily {
  return boostedFamily({
    id: 'extra-trees',
    library,
    defaults: EXTRA_TREES_DEFAULTS,
    settings: (options) => ({ ...lightgbmSettings(options), boosting: 'rf', extra_trees: true, extra_seed: options.seed & 0x7fffffff }),
    stopsEarly: false,
  });
}
