/** The registry: every feature, in the order of the columns. A new feature is a file and a line here. */
import type { Feature } from './feature.js';
import { activityScoreFeatures } from './activity-score.js';
import { amihudFeatures } from './amihud-illiquidity.js';
import { aroonFeatures } from './aroon.js';
import { autocorrelationFeatures } from './autocorrelation.js';
import { averageTrueRangeFeatures } from './average-true-range.js';
import { bollingerFeatures } from './bollinger-bands.js';
import { calendarFeatures } from './calendar.js';
import { candleShapeFeatures } from './candle-shape.js';
import { commodityChannelFeatures } from './commodity-channel-index.js';
import { corwinSchultzFeatures } from './corwin-schultz-spread.js';
import { directionalMovementFeatures } from './directional-movement.js';
import { drawdownFeatures } from './drawdown.js';
import { fractionalDifferenceFeatures } from './fractional-difference.js';
import { fundingRateFeatures } from './funding-rate.js';
import { keltnerFeatures } from './keltner-channel.js';
import { logReturnFeatures } from './log-return.js';
import { moneyFlowFeatures } from './money-flow-index.js';
import { movingAverageFeatures } from './moving-average.js';
import { movingAverageConvergenceFeatures } from './moving-average-convergence.js';
import { onBalanceVolumeFeatures } from './on-balance-volume.js';
import { rangeVolatilityFeatures } from './range-volatility.js';
import { realizedVolatilityFeatures } from './realized-volatility.js';
import { regimeProbabilityFeatures } from './regime-probability.js';
import { relativeStrengthFeatures } from './relative-strength-index.js';
import { returnShapeFeatures } from './return-shape.js';
import { stochasticFeatures } from './stochastic-oscillator.js';
import { takerImbalanceFeatures } from './taker-imbalance.js';
import { trueStrengthFeatures } from './true-strength-index.js';
import { volumeWeightedFeatures } from './volume-weighted-price.js';
import { yangZhangFeatures } from './yang-zhang-volatility.js';

/** Every feature; of two that say the same, pruning keeps the earlier. */
export const FEATURES: readonly Feature[] = [
  ...takerImbalanceFeatures,
  ...logReturnFeatures,
  ...movingAverageFeatures,
  ...movingAverageConvergenceFeatures,
  ...relativeStrengthFeatures,
  ...averageTrueRangeFeatures,
  ...bollingerFeatures,
  ...realizedVolatilityFeatures,
  ...activityScoreFeatures,
  ...calendarFeatures,
  ...regimeProbabilityFeatures,
  ...directionalMovementFeatures,
  ...keltnerFeatures,
  ...commodityChannelFeatures,
  ...stochasticFeatures,
  ...aroonFeatures,
  ...trueStrengthFeatures,
  ...moneyFlowFeatures,
  ...onBalanceVolumeFeatures,
  ...drawdownFeatures,
  ...rangeVolatilityFeatures,
  ...yangZhangFeatures,
  ...amihudFeatures,
  ...autocorrelationFeatures,
  ...corwinSchultzFeatures,
  ...volumeWeightedFeatures,
  ...returnShapeFeatures,
  ...fractionalDifferenceFeatures,
  ...fundingRateFeatures,
  ...candleShapeFeatures,
];
