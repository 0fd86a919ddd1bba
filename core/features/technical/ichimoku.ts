/** Ichimoku (Hosoda 1969, in Elliott 2007): all lines as known at the bar's close; the cloud is not shifted forward, and there is no lagging line. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import { rollingMaximum, rollingMinimum } from '../rolling/rolling-extreme.js';

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
  const [conversion, base, spanB] = [middle(bars, 9), middle(bars, 26), middle(bars, 52)];
  const spanA = new Float64Array(base.length);
  for (let t = 0; t < spanA.length; t++) spanA[t] = (conversion[t] + base[t]) / 2;
  return { conversion, base, spanA, spanB };
}

function middle(bars: Bars, window: number): Float64Array {
  const out = rollingMaximum(bars.high, window);
  const lowest = rollingMinimum(bars.low, window);
  for (let t = 0; t < out.length; t++) out[t] = (out[t] + lowest[t]) / 2;
  return out;
}

interface Part {
  readonly name: string;
  readonly warmUp: number;
  /** Value at bar t. */
  readonly part: (lines: Ichimoku, t: number, close: number) => number;
}

const entry = ({ name, warmUp, part }: Part): Feature => ({
  name,
  inputs: ['high', 'low', 'close'],
  warmUp,
  range: [null, null],
  source: 'Hosoda 1969, in Elliott 2007',
  set: 'all',
  compute: (bars) => {
    const lines = ichimoku(bars);
    const out = new Float64Array(bars.close.length);
    for (let t = 0; t < out.length; t++) out[t] = part(lines, t, bars.close[t]);
    return out;
  },
});

export const ichimokuFeatures: readonly Feature[] = [
  entry({ name: 'ichimoku_cross', warmUp: 25, part: ({ conversion, base }, t, close) => (conversion[t] - base[t]) / close }),
  entry({ name: 'ichimoku_base_distance', warmUp: 25, part: ({ base }, t, close) => (close - base[t]) / close }),
  entry({ name: 'ichimoku_cloud_thickness', warmUp: 51, part: ({ spanA, spanB }, t, close) => (spanA[t] - spanB[t]) / close }),
  entry({ name: 'ichimoku_cloud_distance', warmUp: 51, part: ({ spanA, spanB }, t, close) => cloudDistance(close, spanA[t], spanB[t]) / close }),
];

/** Above the cloud positive, below it negative, inside 0. */
function cloudDistance(close: number, spanA: number, spanB: number): number {
  return Math.max(close - Math.max(spanA, spanB), 0) + Math.min(close - Math.min(spanA, spanB), 0);
}
