/** The analyst's features: the one code path for training (step 4), walk-forward windows and serving. */
import type { Bars } from '../data/bars.js';
import type { FeatureColumns, FeatureContext, FeatureSet } from '../features/feature.js';
import { computeFeatures } from '../features/compute-features.js';

/**
 * Feature columns of a set, one value an analyst bar, each known at that bar's close. `regimes` are the filtered
 * probabilities of the same bars ([bars x 4], order of REGIMES); `funding` is every payment up to the last bar or more (later
 * ones are not looked at). Column names depend on the set and on which of the two are null, never on values.
 * @throws RangeError when regimes do not hold four probabilities a bar.
 */
export function analystFeatures(bars: Bars, context: FeatureContext, set: FeatureSet): FeatureColumns {
  return computeFeatures(bars, context, set);
}
