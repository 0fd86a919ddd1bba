/** Which of two assets moves first: the lag at which their returns agree most (Lo and MacKinlay 1990; Hoffmann, Rosenbaum and Yoshida 2013). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { lagged } from '../rolling/lagged.js';
import { rollingCorrelation } from '../rolling/rolling-correlation.js';
import { pairReturns } from './pair-correlation.js';
import { referenceClose } from './reference-asset.js';

const MOST_LAG = 4;
const WINDOW = 192;

export interface LeadLag {
  /** Bars by which the reference leads (positive) or follows (negative), in [-most, most]; 0 = at once. */
  readonly lag: Float64Array;
  /** Correlation at that lag, in [-1, 1]. */
  readonly correlation: Float64Array;
  /** Correlation of the asset's return with the reference's return before it that agrees most, in [-1, 1]: what the reference still tells. */
  readonly leading: Float64Array;
  /**
   * (L - F) / (L + F) in [-1, 1], L the sum of squared correlations at lags where the reference leads, F where it follows: above 0 where
   * it leads (Huth and Abergel 2014 take L / F); 0 where both are 0.
   */
  readonly asymmetry: Float64Array;
}

/**
 * Strongest cross-correlation (by size; of equal ones that of the lag nearest 0, the leading side first) of log returns over `window`
 * bars at lags up to `most`. NaN for the first window + most bars and while a NaN is in a window.
 */
export function leadLag(bars: Bars, window: number, most: number): LeadLag {
  const { own, reference } = pairReturns(bars);
  const rows = own.length;
  const nan = (): Float64Array => new Float64Array(rows).fill(Number.NaN);
  const out = { lag: nan(), correlation: nan(), leading: nan(), asymmetry: nan() };
  const [leads, follows] = [new Float64Array(rows), new Float64Array(rows)];
  // Not a number where any of the correlations is not.
  const known = new Float64Array(rows);
  const lags = [0, ...Array.from({ length: most }, (_, i) => [i + 1, -i - 1]).flat()];
  for (const lag of lags) {
    const values = lag >= 0 ? rollingCorrelation(own, lagged(reference, lag), window) : rollingCorrelation(lagged(own, -lag), reference, window);
    for (let t = 0; t < rows; t++) {
      known[t] += values[t];
      if (!(Math.abs(values[t]) <= Math.abs(out.correlation[t]))) {
        out.correlation[t] = values[t];
        out.lag[t] = lag;
      }
      if (lag > 0) leads[t] += values[t] * values[t];
      if (lag < 0) follows[t] += values[t] * values[t];
      if (lag > 0 && !(Math.abs(values[t]) <= Math.abs(out.leading[t]))) out.leading[t] = values[t];
    }
  }
  for (let t = 0; t < rows; t++) {
    if (Number.isNaN(known[t])) out.lag[t] = out.correlation[t] = out.leading[t] = Number.NaN;
    out.asymmetry[t] = leads[t] + follows[t] === 0 ? 0 : (leads[t] - follows[t]) / (leads[t] + follows[t]);
  }
  return out;
}

const INPUTS = ['close', 'pairs'] as const;
const SOURCE = 'Lo and MacKinlay 1990';

const move = (lag: number): Feature => ({
  name: `reference_return_${lag}`,
  inputs: ['pairs'],
  warmUp: lag,
  range: [null, null],
  source: SOURCE,
  set: lag === 1 ? 'basic' : 'all',
  compute: (bars) => logReturns(referenceClose(bars), lag),
});

const found = (name: string, range: Feature['range'], pick: (result: LeadLag) => Float64Array): Feature => ({
  name: `${name}_${WINDOW}`,
  inputs: INPUTS,
  warmUp: WINDOW + MOST_LAG,
  range,
  source: SOURCE,
  set: 'all',
  compute: (bars) => pick(leadLag(bars, WINDOW, MOST_LAG)),
});

export const leadLagFeatures: readonly Feature[] = [
  move(1),
  move(4),
  move(16),
  found('lead_lag', [-MOST_LAG, MOST_LAG], ({ lag }) => lag),
  found('lead_lag_asymmetry', [-1, 1], ({ asymmetry }) => asymmetry),
  found('leading_correlation', [-1, 1], ({ leading }) => leading),
];
