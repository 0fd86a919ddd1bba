/** Which of the two best queues is longer, and the price that this points to (Gould and Bonart 2016; Stoikov 2018). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { spanAverage, spanWarmUp } from '../rolling/exponential-average.js';
import { imbalance } from '../rolling/ratio.js';
import { middlePrice } from './quoted-spread.js';

/** (bid quantity - ask quantity) / their sum at each bar's close, in [-1, 1]; 0 where both queues are empty. */
export function queueImbalance({ extras }: Bars): Float64Array {
  return imbalance(extras['bidQuantity'], extras['askQuantity']);
}

/** The middle weighted by the opposite queues, (bid x ask quantity + ask x bid quantity) / their sum, quote currency. */
export function microprice(bars: Bars): Float64Array {
  const { bid, ask } = bars.extras;
  const lean = queueImbalance(bars);
  return middlePrice(bars).map((middle, t) => middle + ((ask[t] - bid[t]) / 2) * lean[t]);
}

const QUEUES = ['bidQuantity', 'askQuantity'] as const;
const QUOTES = ['bid', 'ask', ...QUEUES] as const;
const GOULD = 'Gould and Bonart 2016';
const STOIKOV = 'Stoikov 2018 (the weighted middle)';

export const queueImbalanceFeatures: readonly Feature[] = [
  { name: 'queue_imbalance', inputs: QUEUES, warmUp: 0, range: [-1, 1], source: GOULD, set: 'basic', compute: queueImbalance },
  {
    name: 'queue_imbalance_ema_8',
    inputs: QUEUES,
    warmUp: spanWarmUp(8),
    range: [-1, 1],
    source: GOULD,
    set: 'all',
    compute: (bars) => spanAverage(queueImbalance(bars), 8),
  },
  {
    name: 'microprice_distance',
    inputs: QUOTES,
    warmUp: 0,
    range: [null, null],
    source: STOIKOV,
    set: 'all',
    compute: (bars) => {
      const middle = middlePrice(bars);
      return microprice(bars).map((price, t) => price / middle[t] - 1);
    },
  },
  {
    name: 'microprice_to_close',
    inputs: ['close', ...QUOTES],
    warmUp: 0,
    range: [null, null],
    source: STOIKOV,
    set: 'all',
    compute: (bars) => microprice(bars).map((price, t) => Math.log(price / bars.close[t])),
  },
];
