/** Parabolic stop and reverse (Wilder 1978, section II): the close's distance from the stop. */
import type { Bars } from '../../data/bars.js';
import type { Feature } from '../feature.js';
import type { BarSpan } from './follow-bars.js';
import { followBars } from './follow-bars.js';
import { latestMaximum } from './latest-extreme.js';

const STEP = 0.02;
const LARGEST = 0.2;
const WINDOW = 256;
/** Last bars whose states are kept: more than two windows and one call of followBars; a power of two. */
const KEPT = 2048;
const PLACE = KEPT - 1;
/** Bars that a run begun late takes before it is compared with the run over all bars. */
const PIECE = 16;

/** Where a run of the stop is, and the last bars of its way, bar t at place t mod KEPT. */
interface StopRun {
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** The stop that held during the bar. */
  readonly held: Float64Array;
  /** The one for the next bar. */
  readonly next: Float64Array;
  readonly extreme: Float64Array;
  /** Negative while short. */
  readonly factor: Float64Array;
  /** The last bar it took. */
  last: number;
}

/**
 * The stop that holds during each bar, in price units: long first unless the low fell by more than the high rose, begun at the first bar's
 * extreme. The value at a bar is that of a run begun at the highest high of the WINDOW bars that end WINDOW bars earlier, so that it rests on
 * the last 2 WINDOW bars and not on where the series began; such a run soon agrees with the one over all bars, which then stands in for it.
 * NaN for the first 2 WINDOW - 1 bars.
 */
export function parabolicStop({ high, low }: Bars): Float64Array {
  const series = { high, whole: makeRun(high, low), own: makeRun(high, low), out: new Float64Array(high.length) };
  begin(series.whole, 0);
  followBars(series, { begun: -1, top: 0, isAgreed: false }, ({ high, whole, own, out }, state, { from, to }) => {
    let { begun, top, isAgreed } = state;
    follow(whole, { from: Math.max(1, from), to });
    for (let t = Math.max(WINDOW, from); t < to; t++) {
      const newest = t - WINDOW;
      if (high[newest] >= high[top]) top = newest;
      else if (top <= newest - WINDOW) top = latestMaximum(high, newest - WINDOW + 1, newest);
      if (newest < WINDOW - 1) continue;
      if (top !== begun) {
        begun = top;
        isAgreed = false;
        begin(own, top);
      }
      if (!isAgreed) isAgreed = catchUp(own, whole, t);
      out[t] = (isAgreed ? whole : own).held[t & PLACE];
    }
    Object.assign(state, { begun, top, isAgreed });
  });
  return series.out.fill(Number.NaN, 0, 2 * WINDOW - 1);
}

function makeRun(high: Float64Array, low: Float64Array): StopRun {
  const ways = { held: new Float64Array(KEPT), next: new Float64Array(KEPT), extreme: new Float64Array(KEPT), factor: new Float64Array(KEPT) };
  return { high, low, ...ways, last: 0 };
}

/** Puts the run to where it is after its first bar. */
function begin(run: StopRun, start: number): void {
  const { high, low } = run;
  const rise = high[start + 1] - high[start];
  const fall = low[start] - low[start + 1];
  const isLong = !(fall > rise && fall > 0);
  run.next[start & PLACE] = isLong ? low[start] : high[start];
  run.extreme[start & PLACE] = isLong ? high[start + 1] : low[start + 1];
  run.factor[start & PLACE] = isLong ? STEP : -STEP;
  run.last = start;
}

/** Takes the run to bar t or to where it agrees with the whole one, in which case both go on alike for ever: whether it does. */
function catchUp(own: StopRun, whole: StopRun, t: number): boolean {
  while (own.last < t) {
    follow(own, { from: own.last + 1, to: Math.min(own.last + 1 + PIECE, t + 1) });
    const k = own.last & PLACE;
    if (own.next[k] === whole.next[k] && own.extreme[k] === whole.extreme[k] && own.factor[k] === whole.factor[k]) return true;
  }
  return false;
}

function follow(run: StopRun, { from, to }: BarSpan): void {
  const { high, low, held, next, extreme, factor } = run;
  let stop = next[(from - 1) & PLACE];
  let reach = extreme[(from - 1) & PLACE];
  let speed = Math.abs(factor[(from - 1) & PLACE]);
  let isLong = factor[(from - 1) & PLACE] > 0;
  for (let t = from; t < to; t++) {
    const [up, down] = [high[t], low[t]];
    const isHit = isLong ? down <= stop : up >= stop;
    if (isHit) {
      isLong = !isLong;
      stop = isLong ? Math.min(reach, down, low[t - 1]) : Math.max(reach, up, high[t - 1]);
      reach = isLong ? up : down;
      speed = STEP;
    } else if (isLong ? up > reach : down < reach) {
      reach = isLong ? up : down;
      speed = Math.min(speed + STEP, LARGEST);
    }
    held[t & PLACE] = stop;
    stop += speed * (reach - stop);
    stop = isLong ? Math.min(stop, down, low[t - 1]) : Math.max(stop, up, high[t - 1]);
    next[t & PLACE] = stop;
    extreme[t & PLACE] = reach;
    factor[t & PLACE] = isLong ? speed : -speed;
  }
  run.last = to - 1;
}

export const parabolicStopFeatures: readonly Feature[] = [
  {
    name: 'parabolic_stop_distance',
    inputs: ['high', 'low', 'close'],
    warmUp: 2 * WINDOW - 1,
    range: [null, 1],
    source: 'Wilder 1978',
    set: 'all',
    compute: (bars) => {
      const series = { close: bars.close, out: parabolicStop(bars) };
      return followBars(series, {}, ({ close, out }, _, { from, to }) => {
        for (let t = from; t < to; t++) out[t] = 1 - out[t] / close[t];
      });
    },
  },
];
