/** What a feature is: one causal, unit-free number a bar. */
import type { BarExtraName } from '../data/bar-extras.js';
import type { BarColumn, Bars } from '../data/bars.js';

/** Sets nest: minimal features are part of basic, and basic ones of all. */
export type FeatureSet = 'minimal' | 'basic' | 'all';

/** Funding payments in time order: each is known from its own time on. */
export interface FundingSeries {
  readonly timeMs: Float64Array;
  /** Fraction of the notional, paid by longs where positive. */
  readonly rate: Float64Array;
}

/** What a feature may read beside the bars. */
export interface FeatureContext {
  /** Filtered regime probabilities in the order of REGIMES, [bars x 4] row-major; null leaves the regime features out. */
  readonly regimes: Float64Array | null;
  /** Null leaves the funding features out. */
  readonly funding: FundingSeries | null;
}

/** What a feature reads: columns and extras of the bars, the closes or volumes of other assets (`pairs`), regimes, funding. */
export type FeatureInput = BarColumn | BarExtraName | 'pairs' | 'regimes' | 'funding';

export interface Feature {
  /** Column name, lower snake case. */
  readonly name: string;
  readonly inputs: readonly FeatureInput[];
  /**
   * Bars of history after which the value depends on where the series began by less than 1e-6 of its size. NaN occurs
   * in the warm-up only, and where an input is NaN. A server must hold at least so many bars.
   */
  readonly warmUp: number;
  /** Where it looks back by time and not by bars (coarser bars, days, payments): ms of history needed too; warm-up.ts gives the bars. */
  readonly warmUpMs?: number;
  /** Least and greatest possible value; null = unbounded. */
  readonly range: readonly [number | null, number | null];
  /** Paper or book that defines it. */
  readonly source: string;
  /** The smallest set that holds it. */
  readonly set: FeatureSet;
  /** One value a bar; the value at bar t uses bars up to t only. */
  readonly compute: (bars: Bars, context: FeatureContext) => Float64Array;
}

/** Feature columns of one length beside their names. */
export interface FeatureColumns {
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}
