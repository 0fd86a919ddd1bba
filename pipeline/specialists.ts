/** Who the specialists are: one per regime and one fitted on all regimes, in each family of the plan. */
import { POOLED, REGIMES } from '../core/regimes/regime-names.js';
import type { RunPlan, Segments } from './plan.js';
import { NETWORK_FAMILIES, SEARCHED_FAMILIES, SEQUENCE_NETWORKS } from './specialist-families.js';

/** The four regimes and POOLED. */
export const SPECIALIST_REGIMES: readonly string[] = [...REGIMES, POOLED];

/** Families of the analyst (step 5). */
export function analystFamilies(plan: RunPlan): readonly string[] {
  return plan.settings.families;
}

/**
 * Families of the tactician (step 9): those that see a row by itself. Its rows are signals and not bars in step with time, and the
 * first signals of a segment are served without the ones before them.
 */
export function tacticianFamilies(plan: RunPlan): readonly string[] {
  return plan.settings.families.filter((family) => !(SEQUENCE_NETWORKS as readonly string[]).includes(family));
}

/** Families that step 6 searches over. */
export function searchedFamilies(plan: RunPlan): readonly string[] {
  return plan.settings.families.filter((family) => SEARCHED_FAMILIES.includes(family));
}

/** Units of a training step: `<regime>/<family>`. */
export function specialistUnits(families: readonly string[]): readonly string[] {
  return SPECIALIST_REGIMES.flatMap((regime) => families.map((family) => `${regime}/${family}`));
}

/** True where a unit `<regime>/<family>`, or one of the families (unit null), is a network. */
export function fitsNetworks(families: readonly string[], unit: string | null): boolean {
  const fitted = unit === null ? families : [familyOfUnit(unit)];
  return fitted.some((family) => NETWORK_FAMILIES.includes(family));
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

/** What a step that trains specialists reads, for analyst and tactician alike. */
export interface SpecialistTrainingParameters extends EnsembleParameters {
  readonly families: readonly string[];
  /** Where networks are trained; a backend on another device is refused. */
  readonly device: 'cpu' | 'gpu';
}

/** The training parameters of a plan for the given families; a unit reads its own family alone, so a longer list leaves the others' units as they are. */
export function specialistTrainingParameters(plan: RunPlan, families: readonly string[], unit: string | null = null): SpecialistTrainingParameters {
  return { ...ensembleParameters(plan), families: unit === null ? families : [familyOfUnit(unit)], device: plan.settings.device };
}

function familyOfUnit(unit: string): string {
  return unit.slice(unit.indexOf('/') + 1);
}
