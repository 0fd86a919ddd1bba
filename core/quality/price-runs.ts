/** Prices that stand still, and volumes that stand out. */
import type { Bars } from '../data/bars.js';
import { barCount } from '../data/bars.js';

/** Bars in a row without any move after which they count as stale. */
export const STALE_BARS = 10;

/**
 * Rows of stale bars, ascending: runs of at least `least` bars whose open, high, low and close all equal the close before the
 * run. In a thin market a short run is what trading looked like; a long one is a feed that repeats itself.
 */
export function findStaleBars(bars: Bars, least = STALE_BARS): readonly number[] {
  const stale: number[] = [];
  let from = 1;
  for (let i = 1; i <= barCount(bars); i++) {
    const price = bars.close[i - 1];
    if (bars.open[i] === price && bars.high[i] === price && bars.low[i] === price && bars.close[i] === price) continue;
    for (let k = from; i - from >= least && k < i; k++) stale.push(k);
    from = i + 1;
  }
  return stale;
}

export interface VolumeScreen {
  /** Bars before the one looked at whose median is the usual volume; an odd number. */
  readonly window: number;
  /** Times the usual volume from which a bar stands out. */
  readonly times: number;
}

export const VOLUME_SCREEN: VolumeScreen = { window: 61, times: 50 };

/**
 * Rows whose volume is more than `times` the median of the `window` bars before them (ascending); none before the first `window`
 * bars, and none where that median is 0. Large volumes are mostly true: they are shown, and cost no score.
 */
export function findVolumeSpikes(volume: Float64Array, screen: VolumeScreen): readonly number[] {
  const { window, times } = screen;
  const spikes: number[] = [];
  for (let i = window; i < volume.length; i++) {
    // Above `times` the median is above `times` the values of at least half the window: counting is cheaper than sorting.
    let below = 0;
    let positive = 0;
    for (let k = i - window; k < i; k++) {
      if (times * volume[k] < volume[i]) below++;
      if (volume[k] > 0) positive++;
    }
    if (2 * below > window && 2 * positive > window) spikes.push(i);
  }
  return spikes;
}
