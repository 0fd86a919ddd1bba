/** Who the specialists are: one per regime and one fitted on all regimes, in each base family. */
import { POOLED, REGIMES } from '../core/regimes/regime-names.js';
import type { RunPlan, Segments } from './plan.js';

/** Families that steps 5 and 9 train; step 6 adds a searched LightGBM and an attention network. */
export const BASE_FAMILIES = ['lightgbm', 'linear'] as const;

/** The four regimes and POOLED. */
export const SPECIALIST_REGIMES: readonly string[] = [...REGIMES, POOLED];

/** Units of a training step: `<regime>/<family>`. */
export function specialistUnits(families: readonly string[]): readonly string[] {
  return SPECIALIST_REGIMES.flatMap((regime) => families.map((family) => `${regime}/${family}`));
}

/** What stacking reads, for analyst and tactician alike. */
export interface EnsembleParameters {
  readonly seed: number;
  readonly segments: Segments;
  readonly embargoMs: number;
  readonly folds: number;
  readonly minimumEffectiveSample: number;
}

/** The stacking parameters of a plan. */
export function ensembleParameters(plan: RunPlan): EnsembleParameters {
  return {
    seed: plan.spec.seed,
    segments: plan.segments,
    embargoMs: plan.embargoMs,
    folds: plan.spec.folds,
    minimumEffectiveSample: plan.spec.minimumEffectiveSample,
  };
}

/** What training specialists reads, for analyst and tactician alike. */
export interface SpecialistTrainingParameters extends EnsembleParameters {
  readonly families: readonly string[];
}

/** The training parameters of a plan. */
export function specialistTrainingParameters(plan: RunPlan): SpecialistTrainingParameters {
  return { ...ensembleParameters(plan), families: BASE_FAMILIES };
}
