/**
 * Trend, strength, volatility and position of hourly, four-hourly and daily bars at every finer bar: the market seen at several
 * scales (Elder 1993, the triple screen). A coarse bar counts from its close on; the one in progress never does.
 */
import type { Bars } from '../../data/bars.js';
import type { Feature, FeatureSet } from '../feature.js';
import { logReturns } from '../market/log-return.js';
import { ratioOrZero } from '../rolling/ratio.js';
import { rollingMaximum, rollingMinimum } from '../rolling/rolling-extreme.js';
import { rollingDeviation } from '../rolling/rolling-variance.js';
import { rollingMean, rollingSum } from '../rolling/rolling-sum.js';
import type { CoarseBars } from './coarse-bars.js';
import { coarseBars, onFineBars } from './coarse-bars.js';

const HOUR_MS = 3_600_000;

/** What is computed of coarse bars over a window of them. */
type Measure = (coarse: CoarseBars, window: number) => Float64Array;

/** ln of the close over its mean of `window` closes; NaN for the first window - 1. */
const trend: Measure = ({ close }, window) => {
  const average = rollingMean(close, window);
  return close.map((price, i) => Math.log(price / average[i]));
};

/** Cutler's strength, gains over gains and losses of `window` changes, in [0, 100]; 50 where the price stood still; NaN for the first `window`. */
const strength: Measure = ({ close }, window) => {
  const changes = close.map((price, i) => (i === 0 ? Number.NaN : price - close[i - 1]));
  const gains = rollingSum(
    changes.map((change) => Math.max(change, 0)),
    window,
  );
  const moves = rollingSum(changes.map(Math.abs), window);
  return gains.map((gain, i) => (moves[i] === 0 ? 50 : (100 * gain) / moves[i]));
};

/** Sample deviation of `window` log returns of one coarse bar; NaN for the first `window`. */
const volatility: Measure = ({ close }, window) => rollingDeviation(logReturns(close), window);

/** Where the close lies in the range of `window` bars, 0 = lowest, 1 = highest; 0.5 where there is no range; NaN for the first window - 1. */
const position: Measure = ({ high, low, close }, window) => {
  const top = rollingMaximum(high, window);
  const bottom = rollingMinimum(low, window);
  return close.map((price, i) => (top[i] === bottom[i] ? 0.5 : (price - bottom[i]) / (top[i] - bottom[i])));
};

/** ln of the close over the one before. */
const change: Measure = ({ close }) => logReturns(close);

interface Scale {
  readonly label: string;
  readonly periodMs: number;
  /** Coarse bars of every measure's window. */
  readonly window: number;
  readonly set: FeatureSet;
}

const SCALES: readonly Scale[] = [
  { label: '1h', periodMs: HOUR_MS, window: 14, set: 'basic' },
  { label: '4h', periodMs: 4 * HOUR_MS, window: 14, set: 'all' },
  { label: '1d', periodMs: 24 * HOUR_MS, window: 5, set: 'all' },
];

/** A measure of coarse bars at every fine bar, as known at its close. */
export function timeframeMeasure(bars: Bars, periodMs: number, measure: (coarse: CoarseBars) => Float64Array): Float64Array {
  const coarse = coarseBars(bars, periodMs);
  return onFineBars(coarse, measure(coarse));
}

const entries = ({ label, periodMs, window, set }: Scale): readonly Feature[] => {
  const entry = (name: string, measure: Measure, rest: Pick<Feature, 'range' | 'source'> & { history: number }): Feature => ({
    name: `${name}_${label}`,
    inputs: ['high', 'low', 'close', 'closeTimeMs'],
    // As bars where those are no finer; the first coarse bar may be cut and does not count.
    warmUp: rest.history,
    warmUpMs: (rest.history + 1) * periodMs,
    range: rest.range,
    source: rest.source,
    set,
    compute: (bars) => timeframeMeasure(bars, periodMs, (coarse) => measure(coarse, window)),
  });
  return [
    entry('return', change, { history: 2, range: [null, null], source: 'Campbell, Lo and MacKinlay 1997, ch. 1' }),
    entry('trend', trend, { history: window, range: [null, Math.log(window)], source: 'Elder 1993; Brock, Lakonishok and LeBaron 1992' }),
    entry('strength', strength, { history: window + 1, range: [0, 100], source: 'Wilder 1978, averaged as Cutler does' }),
    entry('volatility', volatility, { history: window + 1, range: [0, null], source: 'Corsi 2009 (volatility at several scales)' }),
    entry('position', position, { history: window, range: [0, 1], source: 'Lane 1984' }),
  ];
};

/** Mean of the signs of the hourly, four-hourly and daily trends, in [-1, 1]. */
function trendAgreement(bars: Bars): Float64Array {
  const out = new Float64Array(bars.close.length);
  for (const { periodMs, window } of SCALES) {
    const values = timeframeMeasure(bars, periodMs, (coarse) => trend(coarse, window));
    for (let t = 0; t < out.length; t++) out[t] += Math.sign(values[t]);
  }
  for (let t = 0; t < out.length; t++) out[t] /= SCALES.length;
  return out;
}

/** Log return of the last closed hour over the sample deviation of the last 24 hourly ones, itself included; 0 where the price stood still. */
function hourScore(bars: Bars): Float64Array {
  return timeframeMeasure(bars, HOUR_MS, (coarse) => ratioOrZero(logReturns(coarse.close), rollingDeviation(logReturns(coarse.close), 24)));
}

export const timeframeFeatures: readonly Feature[] = [
  ...SCALES.flatMap(entries),
  {
    name: 'trend_agreement',
    inputs: ['high', 'low', 'close', 'closeTimeMs'],
    warmUp: Math.max(...SCALES.map(({ window }) => window)),
    warmUpMs: Math.max(...SCALES.map(({ periodMs, window }) => (window + 1) * periodMs)),
    range: [-1, 1],
    source: 'Elder 1993',
    set: 'all',
    compute: trendAgreement,
  },
  {
    name: 'return_score_1h',
    inputs: ['close', 'high', 'low', 'closeTimeMs'],
    warmUp: 25,
    warmUpMs: 26 * HOUR_MS,
    range: [null, null],
    source: 'Moskowitz, Ooi and Pedersen 2012 (returns in units of volatility)',
    set: 'all',
    compute: hourScore,
  },
];
