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
  return eachColumn(bars, context, { set, keep: (column) => column });
}

/**
 * The same columns at some rows, in their order. A column's other rows are let go before the next is computed, so that many bars and few
 * rows take the memory of few columns.
 * @throws RangeError as computeFeatures
 */
export function featuresAtRows(bars: Bars, context: FeatureContext, at: { readonly set: FeatureSet; readonly rows: Int32Array }): FeatureColumns {
  return eachColumn(bars, context, { set: at.set, keep: (column) => Float64Array.from(at.rows, (row) => column[row]) });
}

function eachColumn(
  bars: Bars,
  context: FeatureContext,
  of: { readonly set: FeatureSet; readonly keep: (column: Float64Array) => Float64Array },
): FeatureColumns {
  const rows = barCount(bars);
  if (context.regimes !== null && context.regimes.length !== rows * 4) {
    throw new RangeError(`expected regimes of ${rows} bars x 4, found ${context.regimes.length} values`);
  }
  const features = featuresOf(of.set, bars, context);
  return { names: features.map((feature) => feature.name), columns: features.map((feature) => of.keep(feature.compute(bars, context))) };
}
