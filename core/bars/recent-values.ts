/** The last values of a stream and their exponential mean. */

export interface RecentValues {
  push(value: number): void;
  /** Number of values pushed so far. */
  count(): number;
  /**
   * Mean of the last min(count, window) values, whose weights fall by 1 - 2 / (span + 1) from each to the one before; NaN of none.
   * Summed afresh from the oldest, so it does not depend on when it was last asked for.
   */
  exponentialMean(span: number): number;
}

/** A memory of `window` values, at least 1. */
export function makeRecentValues(window: number): RecentValues {
  const values = new Float64Array(window);
  let count = 0;
  return {
    push: (value) => {
      values[count++ % window] = value;
    },
    count: () => count,
    exponentialMean: (span) => {
      const n = Math.min(count, window);
      const keep = 1 - 2 / (span + 1);
      let sum = 0;
      let weight = 0;
      let at = count <= window ? 0 : count % window;
      for (let k = 0; k < n; k++) {
        sum = sum * keep + values[at];
        weight = weight * keep + 1;
        if (++at === window) at = 0;
      }
      return sum / weight;
    },
  };
}
