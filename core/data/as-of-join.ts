/** What was known at each of a list of times: the point-in-time join of a slower series. */

/** Rows in order of knownAtMs; of two known at once the later row counts. */
export interface KnownSeries {
  /** Time that the value speaks of, UTC ms. */
  readonly timeMs: Float64Array;
  /** Time from which it may be used, UTC ms, at or after timeMs; not falling. */
  readonly knownAtMs: Float64Array;
  readonly value: Float64Array;
}

/**
 * Per time t (ascending) the value of the row with the latest timeMs among those known by t, a later revision of the same time
 * before an earlier one; NaN where none is known, or where it speaks of a time more than `timeToLiveMs` before t.
 * Known answer: the point-in-time test of Qlib (methodology 3.1.4).
 */
export function joinAsOf(times: Float64Array, series: KnownSeries, timeToLiveMs: number): Float64Array {
  const out = new Float64Array(times.length).fill(Number.NaN);
  let next = 0;
  let best = -1;
  for (let i = 0; i < times.length; i++) {
    while (next < series.knownAtMs.length && series.knownAtMs[next] <= times[i]) {
      if (best < 0 || series.timeMs[next] >= series.timeMs[best]) best = next;
      next++;
    }
    if (best >= 0 && times[i] - series.timeMs[best] <= timeToLiveMs) out[i] = series.value[best];
  }
  return out;
}
