/** Which model families the specialists may be of. */

const MINIMAL = ['lightgbm', 'linear'] as const;
const BASIC = [...MINIMAL, 'xgboost', 'elastic-net'] as const;
/** Networks that see an example's own row alone, and ensembles of them. */
const ROW_NETWORKS = ['mlp', 'mlp-ensemble'] as const;
/** Networks that look back over the rows before an example, and ensembles of them. */
export const SEQUENCE_NETWORKS = ['cnn', 'lstm', 'gru-attention', 'tcn', 'transformer', 'temporal-fusion', 'lstm-ensemble'] as const;
const ALL = [...BASIC, 'random-forest', 'extra-trees', 'lightgbm-dart', 'lightgbm-goss', ...ROW_NETWORKS, ...SEQUENCE_NETWORKS] as const;

/** The sets that a preset or the spec's `models` names: what steps 5 and 9 train. */
export const FAMILY_SETS = Object.freeze({ minimal: MINIMAL, basic: BASIC, all: ALL });
export type FamilySet = keyof typeof FAMILY_SETS;

/** Every family that a spec may list. */
export const SPECIALIST_FAMILIES = ALL;

/** Always trained: step 6 stands beside it, and the pooled single model of later steps is of it. */
export const ORIGINAL_FAMILY = 'lightgbm';

/** Families that are computed on tensors, and so on the run's device. */
export const NETWORK_FAMILIES: readonly string[] = [...ROW_NETWORKS, ...SEQUENCE_NETWORKS];

/** Families that step 6 searches over besides the original. */
export const SEARCHED_FAMILIES: readonly string[] = ['xgboost', 'elastic-net', 'mlp'];
