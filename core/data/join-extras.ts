/** Extras of bars out of slower series and other assets, as they were known at each bar's close. */
import { joinAsOf } from './as-of-join.js';
import type { KnownSeries } from './as-of-join.js';
import { PAIR_CLOSE, PAIR_VOLUME } from './bar-extras.js';
import type { Bars } from './bars.js';
import type { ExternalName } from './external-series.js';
import { EXTERNAL_SERIES } from './external-series.js';

/** The last close of another asset counts for so long. */
const PAIR_TIME_TO_LIVE_MS = 10 * 60_000;

/** An external series as an extra of the bars; NaN where nothing is known, or nothing of late. */
export function joinExternal(bars: Bars, name: ExternalName, series: KnownSeries): Bars {
  const { extra, timeToLiveMs } = EXTERNAL_SERIES[name];
  return { ...bars, extras: { ...bars.extras, [extra]: joinAsOf(bars.closeTimeMs, series, timeToLiveMs) } };
}

/**
 * Another asset's bars as extras `close:SYMBOL` (its last close known at the bar's close, at most ten minutes old) and
 * `volume:SYMBOL` (its volume in the bar of the same close; NaN where it has none).
 */
export function joinPair(bars: Bars, symbol: string, pair: Pick<Bars, 'closeTimeMs' | 'close' | 'volume'>): Bars {
  const { closeTimeMs, close, volume } = pair;
  const joined = { timeMs: closeTimeMs, knownAtMs: closeTimeMs };
  const extras = {
    [PAIR_CLOSE + symbol]: joinAsOf(bars.closeTimeMs, { ...joined, value: close }, PAIR_TIME_TO_LIVE_MS),
    [PAIR_VOLUME + symbol]: joinAsOf(bars.closeTimeMs, { ...joined, value: volume }, 0),
  };
  return { ...bars, extras: { ...bars.extras, ...extras } };
}
