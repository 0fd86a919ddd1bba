/** The tests that a feature column goes through, in this order. */

export const PRUNING_STAGES = ['variance', 'correlation', 'mutual-information', 'shap', 'permutation'] as const;
export type PruningStage = (typeof PRUNING_STAGES)[number];
