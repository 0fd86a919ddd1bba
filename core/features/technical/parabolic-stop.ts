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
    follow(whole, { from: Math.max(1, from), to }, null);
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
      if (!isAgreed) isAgreed = follow(own, { from: own.last + 1, to: t + 1 }, whole);
      out[t] = (isAgreed ? whole : own).held[t & PLACE];
    }
    state.begun = begun;
    state.top = top;
    state.isAgreed = isAgreed;
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

/**
 * Takes the run over the bars, or to the first in which its stop and where it stands are those of `other`: from there on both go alike for
 * ever. Whether it came so far; beside another only the end of its way is kept.
 */
function follow(run: StopRun, { from, to }: BarSpan, other: StopRun | null): boolean {
  const { high, low } = run;
  let stop = run.next[(from - 1) & PLACE];
  let reach = run.extreme[(from - 1) & PLACE];
  let factor = run.factor[(from - 1) & PLACE];
  for (let t = from; t < to; t++) {
    const [up, down] = [high[t], low[t]];
    const isHit = factor > 0 ? down <= stop : up >= stop;
    if (isHit) {
      factor = factor > 0 ? -STEP : STEP;
      stop = factor > 0 ? Math.min(reach, down, low[t - 1]) : Math.max(reach, up, high[t - 1]);
      reach = factor > 0 ? up : down;
    } else if (factor > 0 ? up > reach : down < reach) {
      reach = factor > 0 ? up : down;
      factor = factor > 0 ? Math.min(factor + STEP, LARGEST) : Math.max(factor - STEP, -LARGEST);
    }
    const k = t & PLACE;
    const during = stop;
    stop += Math.abs(factor) * (reach - stop);
    stop = factor > 0 ? Math.min(stop, down, low[t - 1]) : Math.max(stop, up, high[t - 1]);
    // What held during the bar too: the value of this very bar is read where both agree.
    if (other !== null && during === other.held[k] && stop === other.next[k] && reach === other.extreme[k] && factor === other.factor[k]) return true;
    if (other !== null && t < to - 1) continue;
    run.held[k] = during;
    run.next[k] = stop;
    run.extreme[k] = reach;
    run.factor[k] = factor;
  }
  run.last = to - 1;
  return false;
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
