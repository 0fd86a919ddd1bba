/** Where GARCH(1,1) (Bollerslev 1986) sees volatility going: back to its level, by published parameters that no data of ours were fitted for. */
import { meanForecast } from '../../volatility-models/garch-recursion.js';
import type { Feature } from '../feature.js';
import { squaredReturns } from '../market/log-return.js';
import { rollingMean } from '../rolling/rolling-sum.js';

/** Of the DEM/GBP benchmark (Fiorentini, Calzolari and Panattoni 1996): fixed, so nothing later than a bar is in its value. */
export const GARCH_ALPHA = 0.153134;
export const GARCH_BETA = 0.805974;

/** Bars whose mean squared return is the level, and bars that are forecast. */
const LEVEL_BARS = 128;
const STEPS = 8;
/** After it the start of the recursion weighs beta^72, below 2e-7. */
const FORGETTING_BARS = 72;

/**
 * Root of (mean variance expected of the next 8 bars / mean squared log return of the last 128): above 1 where volatility is high and will fall
 * back. The recursion is v' = (1 - alpha - beta) level + alpha r^2 + beta v with the level of each bar, begun at the first one. NaN for
 * the first 128 bars; 1 where no price moved in 128 bars.
 */
export function garchForecastRatio(close: Float64Array): Float64Array {
  const squares = squaredReturns(close);
  const levels = rollingMean(squares, LEVEL_BARS);
  const out = new Float64Array(close.length).fill(Number.NaN);
  const kept = GARCH_ALPHA + GARCH_BETA;
  let variance = Number.NaN;
  for (let t = 0; t < out.length; t++) {
    const level = levels[t];
    if (Number.isNaN(level)) continue;
    variance = Number.isNaN(variance) ? level : (1 - kept) * level + GARCH_ALPHA * squares[t] + GARCH_BETA * variance;
    out[t] = level > 0 ? Math.sqrt(meanForecast(variance, { level, persistence: kept, steps: STEPS }) / level) : 1;
  }
  return out;
}

export const garchForecastFeatures: readonly Feature[] = [
  {
    name: 'garch_forecast_ratio',
    inputs: ['close'],
    warmUp: LEVEL_BARS + FORGETTING_BARS,
    range: [0, null],
    source: 'Bollerslev 1986; parameters of Fiorentini, Calzolari and Panattoni 1996',
    set: 'all',
    compute: (bars) => garchForecastRatio(bars.close),
  },
];
