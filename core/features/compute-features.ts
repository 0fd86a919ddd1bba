/** Feature columns of a set: the one place where features are computed, for training and for serving. */
import type { Bars } from '../data/bars.js';
import type { Feature, FeatureColumns, FeatureContext, FeatureSet } from './feature.js';
import { barCount } from '../data/bars.js';
import { FEATURES } from './features.js';

const RANK: Readonly<Record<FeatureSet, number>> = { minimal: 0, basic: 1, all: 2 };

/** The features of a set, in the registry's order; those that read regimes or funding only where the context has them. */
export function featuresOf(set: FeatureSet, context: FeatureContext): readonly Feature[] {
  return FEATURES.filter(
    (feature) =>
      RANK[feature.set] <= RANK[set] &&
      (context.regimes !== null || !feature.inputs.includes('regimes')) &&
      (context.funding !== null || !feature.inputs.includes('funding')),
  );
}

/**
 * One column a feature, one value a bar. The value at bar t uses bars up to t, and funding and regimes known at its close;
 * NaN only in a feature's warm-up or where an input is NaN.
 * @throws RangeError when regimes do not hold four probabilities a bar.
 */
export function computeFeatures(bars: Bars, context: FeatureContext, set: FeatureSet): FeatureColumns {
  const rows = barCount(bars);
  if (context.regimes !== null && context.regimes.length !== rows * 4) {
    throw new RangeError(`expected regimes of ${rows} bars x 4, found ${context.regimes.length} values`);
  }
  const features = featuresOf(set, context);
  return { names: features.map((feature) => feature.name), columns: features.map((feature) => feature.compute(bars, context)) };
}
