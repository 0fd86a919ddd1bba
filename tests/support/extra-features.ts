/** The features that reference-extra-features.py computes too. */
import type { Feature } from '../../core/features/feature.js';
import { correlationBreakoutFeatures } from '../../core/features/cross-pair/correlation-breakout.js';
import { leadLagFeatures } from '../../core/features/cross-pair/lead-lag.js';
import { pairCorrelationFeatures } from '../../core/features/cross-pair/pair-correlation.js';
import { rotationFeatures } from '../../core/features/cross-pair/rotation.js';
import { crowdRatioFeatures } from '../../core/features/external/crowd-ratios.js';
import { fearGreedFeatures } from '../../core/features/external/fear-greed.js';
import { fundingTrendFeatures } from '../../core/features/external/funding-trend.js';
import { hashRateFeatures } from '../../core/features/external/hash-rate.js';
import { markBasisFeatures } from '../../core/features/external/mark-basis.js';
import { openInterestFeatures } from '../../core/features/external/open-interest.js';
import { tradingSessionFeatures } from '../../core/features/external/trading-session.js';
import { abdiRanaldoFeatures } from '../../core/features/microstructure/abdi-ranaldo-spread.js';
import { barJumpFeatures } from '../../core/features/microstructure/bar-jumps.js';
import { informedTradingFeatures } from '../../core/features/microstructure/informed-trading.js';
import { kyleLambdaFeatures } from '../../core/features/microstructure/kyle-lambda.js';
import { liquidityAdjustedFeatures } from '../../core/features/microstructure/liquidity-adjusted.js';
import { takerCountFeatures } from '../../core/features/microstructure/taker-count.js';
import { tradeIntensityFeatures } from '../../core/features/microstructure/trade-intensity.js';
import { tradeSizeFeatures } from '../../core/features/microstructure/trade-size.js';
import { tradeVarianceFeatures } from '../../core/features/microstructure/trade-variance.js';
import { timeframeFeatures } from '../../core/features/multi-timeframe/timeframe-trend.js';
import { bookDepthFeatures } from '../../core/features/order-book/book-depth.js';
import { orderFlowFeatures } from '../../core/features/order-book/order-flow.js';
import { queueImbalanceFeatures } from '../../core/features/order-book/queue-imbalance.js';
import { quotedSpreadFeatures } from '../../core/features/order-book/quoted-spread.js';

export const EXTRA_FEATURES: readonly Feature[] = [
  kyleLambdaFeatures,
  informedTradingFeatures,
  tradeVarianceFeatures,
  barJumpFeatures,
  abdiRanaldoFeatures,
  takerCountFeatures,
  tradeSizeFeatures,
  tradeIntensityFeatures,
  liquidityAdjustedFeatures,
  quotedSpreadFeatures,
  queueImbalanceFeatures,
  bookDepthFeatures,
  orderFlowFeatures,
  timeframeFeatures,
  pairCorrelationFeatures,
  correlationBreakoutFeatures,
  leadLagFeatures,
  rotationFeatures,
  markBasisFeatures,
  openInterestFeatures,
  crowdRatioFeatures,
  fearGreedFeatures,
  hashRateFeatures,
  fundingTrendFeatures,
  tradingSessionFeatures,
].flat();
