/** Gradient-boosted trees by XGBoost (Chen and Guestrin 2016) as a model family. */
import { boostedFamily } from './boosted-family.js';
import type { GradientBoosting } from './gradient-boosting.js';
import type { ModelFamily } from './model.js';

/** As LightGBM's defaults in this library's terms: trees of at most four leaves, slow learning. */
export const XGBOOST_DEFAULTS = Object.freeze({
  rounds: 80,
  patience: 20,
  eta: 0.05,
  max_depth: 2,
  min_child_weight: 10,
  lambda: 1,
  subsample: 0.8,
  colsample_bytree: 0.7,
});

/**
 * The family. Parameters: `rounds`, and the library's own names. Trees are fitted by one thread, whatever the slot has: the library sums
 * a histogram thread by thread, so that more threads could move a last bit, and with it a split.
 */
export function xgboostFamily(library: GradientBoosting): ModelFamily {
  return boostedFamily({
    id: 'xgboost',
    library,
    defaults: XGBOOST_DEFAULTS,
    settings: ({ seed }) => ({ objective: 'binary:logistic', tree_method: 'hist', seed: seed & 0x7fffffff, nthread: 1 }),
    stopsEarly: true,
  });
}
