/** What the searches of step 6 vary, by family: ranges around the defaults, narrow enough for a few hundred effective examples. */
import type { SearchSpace } from '../core/optimization/search-space.js';

const LIGHTGBM: SearchSpace = {
  rounds: { kind: 'int', low: 20, high: 200, log: true },
  learning_rate: { kind: 'float', low: 0.01, high: 0.15, log: true },
  num_leaves: { kind: 'int', low: 3, high: 15, log: true },
  min_data_in_leaf: { kind: 'int', low: 10, high: 120, log: true },
  lambda_l2: { kind: 'float', low: 0.01, high: 30, log: true },
  feature_fraction: { kind: 'float', low: 0.3, high: 1 },
  bagging_fraction: { kind: 'float', low: 0.5, high: 1 },
};

const XGBOOST: SearchSpace = {
  rounds: { kind: 'int', low: 20, high: 200, log: true },
  eta: { kind: 'float', low: 0.01, high: 0.15, log: true },
  max_depth: { kind: 'int', low: 1, high: 4 },
  min_child_weight: { kind: 'float', low: 2, high: 60, log: true },
  lambda: { kind: 'float', low: 0.01, high: 30, log: true },
  subsample: { kind: 'float', low: 0.5, high: 1 },
  colsample_bytree: { kind: 'float', low: 0.3, high: 1 },
};

const ELASTIC_NET: SearchSpace = {
  penalty: { kind: 'float', low: 0.001, high: 0.2, log: true },
  l1Ratio: { kind: 'float', low: 0, high: 1 },
};

const MLP: SearchSpace = {
  learningRate: { kind: 'float', low: 0.0005, high: 0.01, log: true },
  weightDecay: { kind: 'float', low: 0.001, high: 0.3, log: true },
  dropout: { kind: 'float', low: 0, high: 0.5 },
  first: { kind: 'int', low: 8, high: 64, log: true },
};

/** The space of each family that is searched; parameters beyond it keep their defaults. */
export const SEARCH_SPACES: Readonly<Record<string, SearchSpace>> = Object.freeze({
  'lightgbm-tuned': LIGHTGBM,
  xgboost: XGBOOST,
  'elastic-net': ELASTIC_NET,
  mlp: MLP,
});
