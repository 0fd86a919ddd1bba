/** How far trades stand from the mark price, which follows the index of spot prices (Alexander, Choi, Park and Sohn 2020). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingScore } from '../rolling/rolling-variance.js';

/** ln(close / mark price) at each bar's close: above 0 where trades are dearer. */
export function markBasis(bars: Bars): Float64Array {
  return bars.extras['markPrice'].map((mark, t) => Math.log(bars.close[t] / mark));
}

const INPUTS = ['close', 'markPrice'] as const;
const SOURCE = 'Alexander, Choi, Park and Sohn 2020';
/** A value of n differs from their mean by at most (n - 1) / sqrt(n) sample deviations. */
const BOUND = 95 / Math.sqrt(96);

export const markBasisFeatures: readonly Feature[] = [
  { name: 'mark_basis', inputs: INPUTS, warmUp: 0, range: [null, null], source: SOURCE, set: 'basic', compute: markBasis },
  {
    name: 'mark_basis_score_96',
    inputs: INPUTS,
    warmUp: 95,
    range: [-BOUND, BOUND],
    source: SOURCE,
    set: 'all',
    compute: (bars) => rollingScore(markBasis(bars), 96),
  },
];
