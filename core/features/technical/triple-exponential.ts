/** Averages that take the lag out of the exponential one (Mulloy 1994: DEMA, TEMA), and the change of the triple one (Hutson 1983: TRIX). */
import type { Feature } from '../feature.js';
import { averageWeight } from './average-weight.js';
import { followBars } from './follow-bars.js';
import { spanWarmUp } from '../rolling/exponential-average.js';

interface Smoothing {
  /** Times the series is smoothed before a value comes out. */
  readonly depth: 2 | 3;
  readonly span: number;
  /** The average is ofFirst E1 + ofSecond E2 + ofThird E3. */
  readonly ofFirst: number;
  readonly ofSecond: number;
  readonly ofThird: number;
}

/** value / (a sum of the average E1, its average E2 and that one's average E3) - 1; NaN for the first depth (span - 1) bars. */
function smoothedRatio(values: Float64Array, smoothing: Smoothing): Float64Array {
  const series = { ...smoothing, values, out: new Float64Array(values.length) };
  return followBars(series, { seen: 0, first: 0, second: 0, third: 0 }, (inputs, state, { from, to }) => {
    const { values, out, span, depth, ofFirst, ofSecond, ofThird } = inputs;
    let { seen, first, second, third } = state;
    const alpha = 2 / (span + 1);
    const full = depth * (span - 1);
    for (let t = from; t < to; t++) {
      const value = values[t];
      out[t] = Number.NaN;
      if (value !== value) continue;
      seen++;
      first += averageWeight(seen, span, alpha) * (value - first);
      second += averageWeight(seen - span + 1, span, alpha) * (first - second);
      third += averageWeight(seen - 2 * (span - 1), span, alpha) * (second - third);
      if (seen > full) out[t] = value / (ofFirst * first + ofSecond * second + ofThird * third) - 1;
    }
    state.seen = seen;
    state.first = first;
    state.second = second;
    state.third = third;
  });
}

/** value / (2 EMA - EMA of EMA) - 1; NaN for the first 2 (span - 1) bars. */
export function doubleAverageRatio(values: Float64Array, span: number): Float64Array {
  return smoothedRatio(values, { depth: 2, span, ofFirst: 2, ofSecond: -1, ofThird: 0 });
}

/** value / (3 EMA - 3 EMA of EMA + EMA of that) - 1; NaN for the first 3 (span - 1) bars. */
export function tripleAverageRatio(values: Float64Array, span: number): Float64Array {
  return smoothedRatio(values, { depth: 3, span, ofFirst: 3, ofSecond: -3, ofThird: 1 });
}

/** 100 (E(t) / E(t-1) - 1) of the triply smoothed price E; NaN for the first 3 (span - 1) + 1 bars. */
export function tripleChange(values: Float64Array, span: number): Float64Array {
  const series = { values, span, out: new Float64Array(values.length) };
  return followBars(series, { seen: 0, first: 0, second: 0, third: 0 }, ({ values, span, out }, state, { from, to }) => {
    let { seen, first, second, third } = state;
    const alpha = 2 / (span + 1);
    for (let t = from; t < to; t++) {
      const value = values[t];
      out[t] = Number.NaN;
      if (value !== value) continue;
      seen++;
      const last = third;
      first += averageWeight(seen, span, alpha) * (value - first);
      second += averageWeight(seen - span + 1, span, alpha) * (first - second);
      third += averageWeight(seen - 2 * (span - 1), span, alpha) * (second - third);
      if (seen > 3 * (span - 1) + 1) out[t] = 100 * (third / last - 1);
    }
    state.seen = seen;
    state.first = first;
    state.second = second;
    state.third = third;
  });
}

const COMMON = { inputs: ['close'], set: 'all' } as const;

export const tripleExponentialFeatures: readonly Feature[] = [
  {
    ...COMMON,
    name: 'dema_ratio_21',
    warmUp: 2 * spanWarmUp(21),
    range: [null, null],
    source: 'Mulloy 1994',
    compute: (bars) => doubleAverageRatio(bars.close, 21),
  },
  {
    ...COMMON,
    name: 'tema_ratio_21',
    warmUp: 3 * spanWarmUp(21),
    range: [null, null],
    source: 'Mulloy 1994',
    compute: (bars) => tripleAverageRatio(bars.close, 21),
  },
  {
    ...COMMON,
    name: 'trix_15',
    warmUp: 3 * spanWarmUp(15) + 1,
    range: [-100, null],
    source: 'Hutson 1983',
    compute: (bars) => tripleChange(bars.close, 15),
  },
];
