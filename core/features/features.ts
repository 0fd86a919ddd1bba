/** The registry: every feature, in the order of the columns. A new feature is a file and a line here. */
import type { Feature } from './feature.js';
import { abdiRanaldoFeatures } from './microstructure/abdi-ranaldo-spread.js';
import { activityScoreFeatures } from './market/activity-score.js';
import { adaptiveAverageFeatures } from './technical/adaptive-average.js';
import { amihudFeatures } from './microstructure/amihud-illiquidity.js';
import { aroonFeatures } from './technical/aroon.js';
import { autocorrelationFeatures } from './market/autocorrelation.js';
import { averageTrueRangeFeatures } from './technical/average-true-range.js';
import { barBalanceFeatures } from './technical/bar-balance.js';
import { barJumpFeatures } from './microstructure/bar-jumps.js';
import { bollingerFeatures } from './technical/bollinger-bands.js';
import { bookDepthFeatures } from './order-book/book-depth.js';
import { calendarFeatures } from './market/calendar.js';
import { candleShapeFeatures } from './market/candle-shape.js';
import { chaikinFeatures } from './technical/chaikin-money-flow.js';
import { chandeMomentumFeatures } from './technical/chande-momentum.js';
import { closeStreakFeatures } from './technical/close-streak.js';
import { commodityChannelFeatures } from './technical/commodity-channel-index.js';
import { correlationBreakoutFeatures } from './cross-pair/correlation-breakout.js';
import { corwinSchultzFeatures } from './microstructure/corwin-schultz-spread.js';
import { crowdRatioFeatures } from './external/crowd-ratios.js';
import { directionalMovementFeatures } from './technical/directional-movement.js';
import { donchianFeatures } from './technical/donchian-channel.js';
import { drawdownFeatures } from './market/drawdown.js';
import { elderRayFeatures } from './technical/elder-ray.js';
import { fearGreedFeatures } from './external/fear-greed.js';
import { fisherTransformFeatures } from './technical/fisher-transform.js';
import { forceIndexFeatures } from './technical/force-index.js';
import { fractionalDifferenceFeatures } from './market/fractional-difference.js';
import { fundingRateFeatures } from './market/funding-rate.js';
import { fundingTrendFeatures } from './external/funding-trend.js';
import { hashRateFeatures } from './external/hash-rate.js';
import { ichimokuFeatures } from './technical/ichimoku.js';
import { informedTradingFeatures } from './microstructure/informed-trading.js';
import { garchForecastFeatures } from './volatility/garch-forecast.js';
import { keltnerFeatures } from './technical/keltner-channel.js';
import { kyleLambdaFeatures } from './microstructure/kyle-lambda.js';
import { leadLagFeatures } from './cross-pair/lead-lag.js';
import { linearRegressionFeatures } from './technical/linear-regression.js';
import { liquidityAdjustedFeatures } from './microstructure/liquidity-adjusted.js';
import { logReturnFeatures } from './market/log-return.js';
import { longMomentumFeatures } from './technical/long-momentum.js';
import { markBasisFeatures } from './external/mark-basis.js';
import { moneyFlowFeatures } from './technical/money-flow-index.js';
import { movingAverageConvergenceFeatures } from './technical/moving-average-convergence.js';
import { movingAverageFeatures } from './technical/moving-average.js';
import { onBalanceVolumeFeatures } from './technical/on-balance-volume.js';
import { openInterestFeatures } from './external/open-interest.js';
import { orderFlowFeatures } from './order-book/order-flow.js';
import { pairCorrelationFeatures } from './cross-pair/pair-correlation.js';
import { parabolicStopFeatures } from './technical/parabolic-stop.js';
import { permutationEntropyFeatures } from './market/permutation-entropy.js';
import { priceOscillatorFeatures } from './technical/price-oscillator.js';
import { queueImbalanceFeatures } from './order-book/queue-imbalance.js';
import { quotedSpreadFeatures } from './order-book/quoted-spread.js';
import { rangeExpansionFeatures } from './technical/range-expansion.js';
import { rangeVolatilityFeatures } from './volatility/range-volatility.js';
import { rankFeatures } from './market/rank.js';
import { realizedVolatilityFeatures } from './volatility/realized-volatility.js';
import { regimeProbabilityFeatures } from './market/regime-probability.js';
import { relativeStrengthFeatures } from './technical/relative-strength-index.js';
import { returnAsymmetryFeatures } from './market/return-asymmetry.js';
import { returnShapeFeatures } from './market/return-shape.js';
import { rotationFeatures } from './cross-pair/rotation.js';
import { sessionPriceFeatures } from './market/session-price.js';
import { squeezeFeatures } from './technical/squeeze.js';
import { stochasticFeatures } from './technical/stochastic-oscillator.js';
import { stochasticStrengthFeatures } from './technical/stochastic-strength.js';
import { superTrendFeatures } from './technical/super-trend.js';
import { takerCountFeatures } from './microstructure/taker-count.js';
import { takerImbalanceFeatures } from './microstructure/taker-imbalance.js';
import { timeframeFeatures } from './multi-timeframe/timeframe-trend.js';
import { tradeIntensityFeatures } from './microstructure/trade-intensity.js';
import { tradeSizeFeatures } from './microstructure/trade-size.js';
import { tradeVarianceFeatures } from './microstructure/trade-variance.js';
import { tradingSessionFeatures } from './external/trading-session.js';
import { tripleExponentialFeatures } from './technical/triple-exponential.js';
import { trueStrengthFeatures } from './technical/true-strength-index.js';
import { ultimateOscillatorFeatures } from './technical/ultimate-oscillator.js';
import { varianceRatioFeatures } from './market/variance-ratio.js';
import { downsideShareFeatures } from './volatility/downside-share.js';
import { volatilityDynamicsFeatures } from './volatility/volatility-dynamics.js';
import { volumePriceFeatures } from './technical/volume-price.js';
import { volumeProfileFeatures } from './market/volume-profile.js';
import { volumeWeightedFeatures } from './technical/volume-weighted-price.js';
import { vortexFeatures } from './technical/vortex.js';
import { weightedAverageFeatures } from './technical/weighted-average.js';
import { yangZhangFeatures } from './volatility/yang-zhang-volatility.js';

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
  ...kyleLambdaFeatures,
  ...informedTradingFeatures,
  ...tradeVarianceFeatures,
  ...barJumpFeatures,
  ...abdiRanaldoFeatures,
  ...takerCountFeatures,
  ...tradeSizeFeatures,
  ...tradeIntensityFeatures,
  ...liquidityAdjustedFeatures,
  ...quotedSpreadFeatures,
  ...queueImbalanceFeatures,
  ...bookDepthFeatures,
  ...orderFlowFeatures,
  ...timeframeFeatures,
  ...pairCorrelationFeatures,
  ...correlationBreakoutFeatures,
  ...leadLagFeatures,
  ...rotationFeatures,
  ...markBasisFeatures,
  ...openInterestFeatures,
  ...crowdRatioFeatures,
  ...fearGreedFeatures,
  ...hashRateFeatures,
  ...fundingTrendFeatures,
  ...tradingSessionFeatures,
  ...adaptiveAverageFeatures,
  ...priceOscillatorFeatures,
  ...tripleExponentialFeatures,
  ...weightedAverageFeatures,
  ...linearRegressionFeatures,
  ...donchianFeatures,
  ...ichimokuFeatures,
  ...squeezeFeatures,
  ...stochasticStrengthFeatures,
  ...chandeMomentumFeatures,
  ...ultimateOscillatorFeatures,
  ...fisherTransformFeatures,
  ...longMomentumFeatures,
  ...closeStreakFeatures,
  ...parabolicStopFeatures,
  ...superTrendFeatures,
  ...vortexFeatures,
  ...rangeExpansionFeatures,
  ...elderRayFeatures,
  ...barBalanceFeatures,
  ...chaikinFeatures,
  ...forceIndexFeatures,
  ...volumePriceFeatures,
  ...volumeProfileFeatures,
  ...sessionPriceFeatures,
  ...rankFeatures,
  ...varianceRatioFeatures,
  ...permutationEntropyFeatures,
  ...returnAsymmetryFeatures,
  ...downsideShareFeatures,
  ...volatilityDynamicsFeatures,
  ...garchForecastFeatures,
];
