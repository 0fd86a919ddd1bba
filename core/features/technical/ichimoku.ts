/** Ichimoku (Hosoda 1969, in Elliott 2007): all lines as known at the bar's close; the cloud is not shifted forward, and there is no lagging line. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { followBars } from './follow-bars.js';
import { priceChannel } from './price-channel.js';

export interface Ichimoku {
  /** Middle of the range of 9 bars. */
  readonly conversion: Float64Array;
  /** Middle of the range of 26 bars. */
  readonly base: Float64Array;
  /** Mean of conversion and base. */
  readonly spanA: Float64Array;
  /** Middle of the range of 52 bars. */
  readonly spanB: Float64Array;
}

/** The four lines in price units; NaN until each window is full. */
export function ichimoku(bars: Bars): Ichimoku {
  const [conversion, base, spanB] = [priceChannel(bars, 9, 'middle'), priceChannel(bars, 26, 'middle'), priceChannel(bars, 52, 'middle')];
  const spanA = new Float64Array(base.length);
  for (let t = 0; t < spanA.length; t++) spanA[t] = (conversion[t] + base[t]) / 2;
  return { conversion, base, spanA, spanB };
}

interface Entry {
  readonly name: string;
  readonly warmUp: number;
  readonly compute: Feature['compute'];
}

const entry = (feature: Entry): Feature => ({
  ...feature,
  inputs: ['high', 'low', 'close'],
  range: [null, null],
  source: 'Hosoda 1969, in Elliott 2007',
  set: 'all',
});

/** (a - b) / close, written over a. */
function apart(a: Float64Array, b: Float64Array, close: Float64Array): Float64Array {
  return followBars({ b, close, out: a }, {}, ({ b, close, out }, _, { from, to }) => {
    for (let t = from; t < to; t++) out[t] = (out[t] - b[t]) / close[t];
  });
}

export const ichimokuFeatures: readonly Feature[] = [
  entry({ name: 'ichimoku_cross', warmUp: 25, compute: (bars) => apart(priceChannel(bars, 9, 'middle'), priceChannel(bars, 26, 'middle'), bars.close) }),
  entry({
    name: 'ichimoku_base_distance',
    warmUp: 25,
    compute: (bars) => {
      const out = priceChannel(bars, 26, 'middle');
      for (let t = 0; t < out.length; t++) out[t] = (bars.close[t] - out[t]) / bars.close[t];
      return out;
    },
  }),
  entry({
    name: 'ichimoku_cloud_thickness',
    warmUp: 51,
    compute: (bars) => {
      const { spanA, spanB } = ichimoku(bars);
      return apart(spanA, spanB, bars.close);
    },
  }),
  entry({
    name: 'ichimoku_cloud_distance',
    warmUp: 51,
    compute: (bars) => {
      const { spanA, spanB } = ichimoku(bars);
      for (let t = 0; t < spanA.length; t++) spanA[t] = cloudDistance(bars.close[t], spanA[t], spanB[t]) / bars.close[t];
      return spanA;
    },
  }),
];

/** Above the cloud positive, below it negative, inside 0. */
function cloudDistance(close: number, spanA: number, spanB: number): number {
  return Math.max(close - Math.max(spanA, spanB), 0) + Math.min(close - Math.min(spanA, spanB), 0);
}
