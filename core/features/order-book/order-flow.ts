/** What is added to and taken from the best queues, summed over windows (Cont, Kukanov and Stoikov 2014), and how fast quotes change. */
import type { Bars } from '../../data/bars.js';
import type { Feature, FeatureSet } from '../feature.js';
import { ratioOrZero } from '../rolling/ratio.js';
import { rollingScore } from '../rolling/rolling-variance.js';
import { rollingMean, rollingSum } from '../rolling/rolling-sum.js';

/** Order-flow imbalance of `window` bars over the mean of the best queues at their closes; 0 where those are empty; NaN for the first window - 1 bars. */
export function orderFlowImbalance(bars: Bars, window: number): Float64Array {
  const { orderFlowImbalance: flow, bidQuantity, askQuantity } = bars.extras;
  const queue = bidQuantity.map((quantity, t) => (quantity + askQuantity[t]) / 2);
  return ratioOrZero(rollingSum(flow, window), rollingMean(queue, window));
}

/** ln of 1 + changes of the best quotes over 1 + trades of the bar: quoting without trading. */
export function quotesPerTrade(bars: Bars): Float64Array {
  return bars.extras['quoteUpdates'].map((updates, t) => Math.log((1 + updates) / (1 + bars.tradeCount[t])));
}

const CONT = 'Cont, Kukanov and Stoikov 2014';
const HASBROUCK = 'Hasbrouck and Saar 2013';
/** A value of n differs from their mean by at most (n - 1) / sqrt(n) sample deviations. */
const BOUND = 95 / Math.sqrt(96);

const flow = (window: number, set: FeatureSet): Feature => ({
  name: `order_flow_imbalance_${window}`,
  inputs: ['orderFlowImbalance', 'bidQuantity', 'askQuantity'],
  warmUp: window - 1,
  range: [null, null],
  source: CONT,
  set,
  compute: (bars) => orderFlowImbalance(bars, window),
});

export const orderFlowFeatures: readonly Feature[] = [
  flow(1, 'basic'),
  flow(8, 'all'),
  flow(32, 'all'),
  {
    name: 'order_flow_score_96',
    inputs: ['orderFlowImbalance'],
    warmUp: 95,
    range: [-BOUND, BOUND],
    source: CONT,
    set: 'all',
    compute: (bars) => rollingScore(bars.extras['orderFlowImbalance'], 96),
  },
  {
    name: 'quotes_per_trade',
    inputs: ['tradeCount', 'quoteUpdates'],
    warmUp: 0,
    range: [null, null],
    source: HASBROUCK,
    set: 'all',
    compute: quotesPerTrade,
  },
  {
    name: 'quote_updates_score_96',
    inputs: ['quoteUpdates'],
    warmUp: 95,
    range: [-BOUND, BOUND],
    source: HASBROUCK,
    set: 'all',
    compute: (bars) => rollingScore(bars.extras['quoteUpdates'].map(Math.log1p), 96),
  },
];
