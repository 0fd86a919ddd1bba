/** Skewness and excess kurtosis of recent log returns (Harvey and Siddique 2000; Amaya et al. 2015). */
import type { Feature } from '../feature.js';
import { logReturns } from './log-return.js';
import { rollingShapeInPlace } from '../rolling/rolling-moments.js';

const WINDOW = 32;
/** Bounds of the sample skewness and kurtosis of n values (Johnson and Lowe 1979; Cox 2010). */
const SKEW_BOUND = (WINDOW - 2) / Math.sqrt(WINDOW - 1);
const KURTOSIS_BOUND = (WINDOW * WINDOW - 3 * WINDOW + 3) / (WINDOW - 1) - 3;

export const returnShapeFeatures: readonly Feature[] = [
  {
    name: `skewness_${WINDOW}`,
    inputs: ['close'],
    warmUp: WINDOW,
    range: [-SKEW_BOUND, SKEW_BOUND],
    source: 'Harvey and Siddique 2000',
    set: 'all',
    compute: (bars) => rollingShapeInPlace(logReturns(bars.close), WINDOW, 'skewness'),
  },
  {
    name: `kurtosis_${WINDOW}`,
    inputs: ['close'],
    warmUp: WINDOW,
    range: [-2, KURTOSIS_BOUND],
    source: 'Amaya, Christoffersen, Jacobs and Vasquez 2015',
    set: 'all',
    compute: (bars) => rollingShapeInPlace(logReturns(bars.close), WINDOW, 'kurtosis'),
  },
];
