/** Who the specialists are: one per regime and one fitted on all regimes, in each base family. */
import { POOLED, REGIMES } from '../core/regimes/regime-names.js';

/** Families that steps 5 and 9 train; step 6 adds a searched LightGBM and an attention network. */
export const BASE_FAMILIES = ['lightgbm', 'linear'] as const;

/** The four regimes and POOLED. */
export const SPECIALIST_REGIMES: readonly string[] = [...REGIMES, POOLED];

/** Units of a training step: `<regime>/<family>`. */
export function specialistUnits(families: readonly string[]): readonly string[] {
  return SPECIALIST_REGIMES.flatMap((regime) => families.map((family) => `${regime}/${family}`));
}
