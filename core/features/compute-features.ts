/** Feature columns of a set: the one place where features are computed, for training and for serving. */
import type { Bars } from '../data/bars.js';
import type { Feature, FeatureColumns, FeatureContext, FeatureInput, FeatureSet } from './feature.js';
import { pairSymbols } from '../data/bar-extras.js';
import { BAR_COLUMNS, barCount } from '../data/bars.js';
import { FEATURES } from './features.js';

const RANK: Readonly<Record<FeatureSet, number>> = { minimal: 0, basic: 1, all: 2 };

/** The features of a set whose inputs the bars and the context have, in the registry's order: known by the columns' names, never by values. */
export function featuresOf(set: FeatureSet, bars: Bars, context: FeatureContext): readonly Feature[] {
  const available = new Set<string>([...BAR_COLUMNS, ...Object.keys(bars.extras)]);
  if (pairSymbols(bars.extras).length > 0) available.add('pairs' satisfies FeatureInput);
  if (context.regimes !== null) available.add('regimes' satisfies FeatureInput);
  if (context.funding !== null) available.add('funding' satisfies FeatureInput);
  return FEATURES.filter((feature) => RANK[feature.set] <= RANK[set] && feature.inputs.every((input) => available.has(input)));
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
  const features = featuresOf(set, bars, context);
  return { names: features.map((feature) => feature.name), columns: features.map((feature) => feature.compute(bars, context)) };
}
