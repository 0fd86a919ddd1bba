/** Shape of the bar: where it closed in its range, and how much of the range its body and wicks take; engulfing bars (Nison 1991). */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';

/** (close - low) / (high - low) in [0, 1]; 0.5 in a bar without range. */
export function closeLocation({ high, low, close }: Bars): Float64Array {
  const out = new Float64Array(close.length);
  for (let t = 0; t < out.length; t++) {
    const range = high[t] - low[t];
    out[t] = range === 0 ? 0.5 : (close[t] - low[t]) / range;
  }
  return out;
}

/** (close - open) / (high - low) in [-1, 1]; 0 in a bar without range. */
export function candleBody({ open, high, low, close }: Bars): Float64Array {
  const out = new Float64Array(close.length);
  for (let t = 0; t < out.length; t++) {
    const range = high[t] - low[t];
    out[t] = range === 0 ? 0 : (close[t] - open[t]) / range;
  }
  return out;
}

/** (high - the larger of open and close) / (high - low) in [0, 1]; 0 in a bar without range. */
export function upperWick({ open, high, low, close }: Bars): Float64Array {
  const out = new Float64Array(close.length);
  for (let t = 0; t < out.length; t++) {
    const range = high[t] - low[t];
    out[t] = range === 0 ? 0 : (high[t] - Math.max(open[t], close[t])) / range;
  }
  return out;
}

/** (the smaller of open and close - low) / (high - low) in [0, 1]; 0 in a bar without range. */
export function lowerWick({ open, high, low, close }: Bars): Float64Array {
  const out = new Float64Array(close.length);
  for (let t = 0; t < out.length; t++) {
    const range = high[t] - low[t];
    out[t] = range === 0 ? 0 : (Math.min(open[t], close[t]) - low[t]) / range;
  }
  return out;
}

/** 1 where a rising body covers the falling one before it and reaches beyond it, -1 for the mirror image, else 0; a close at the open counts as rising; NaN at bar 0. */
export function engulfing({ open, close }: Bars): Float64Array {
  const out = new Float64Array(close.length).fill(Number.NaN, 0, 1);
  for (let t = 1; t < out.length; t++) {
    const isRising = close[t] >= open[t];
    const bottom = isRising ? open[t] : close[t];
    const top = isRising ? close[t] : open[t];
    const lastBottom = isRising ? close[t - 1] : open[t - 1];
    const lastTop = isRising ? open[t - 1] : close[t - 1];
    const isOpposite = close[t - 1] >= open[t - 1] !== isRising;
    const isCovered = bottom <= lastBottom && top >= lastTop && (bottom < lastBottom || top > lastTop);
    out[t] = isOpposite && isCovered ? (isRising ? 1 : -1) : 0;
  }
  return out;
}

const COMMON = { inputs: ['open', 'high', 'low', 'close'], source: 'Nison 1991', set: 'all' } as const;

export const candleShapeFeatures: readonly Feature[] = [
  { name: 'close_location', inputs: ['high', 'low', 'close'], warmUp: 0, range: [0, 1], source: 'Nison 1991', set: 'basic', compute: closeLocation },
  { ...COMMON, name: 'candle_body', warmUp: 0, range: [-1, 1], compute: candleBody },
  { ...COMMON, name: 'upper_wick', warmUp: 0, range: [0, 1], compute: upperWick },
  { ...COMMON, name: 'lower_wick', warmUp: 0, range: [0, 1], compute: lowerWick },
  { ...COMMON, name: 'engulfing', inputs: ['open', 'close'], warmUp: 1, range: [-1, 1], compute: engulfing },
];
