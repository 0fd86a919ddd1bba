/** Fewer points with the same look: per bucket the first, lowest, highest and last point (M4, Jugel et al. 2014). */

export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** At most 4 x `buckets` of the points, in order; all of them when there are no more than that. Extremes are kept exactly. */
export function thinPoints(points: Points, buckets: number): Points {
  const count = points.x.length;
  if (count <= 4 * buckets) return points;
  const kept: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * count) / buckets);
    const to = Math.floor(((bucket + 1) * count) / buckets);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      if ((points.y[i] as number) < (points.y[low] as number)) low = i;
      if ((points.y[i] as number) > (points.y[high] as number)) high = i;
    }
    kept.push(...new Set([from, low, high, to - 1].sort((a, b) => a - b)));
  }
  return { x: kept.map((i) => points.x[i] as number), y: kept.map((i) => points.y[i] as number) };
}
