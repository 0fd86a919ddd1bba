/** The points of a search that no other point beats in every objective, and one of them by a stated rule. */

/** Objectives of a point, each to be minimised; finite. */
export type Objectives = readonly number[];

/** Indices of the points that no other dominates (at most as large everywhere, smaller somewhere), ascending; of equals the first. */
export function paretoFront(points: readonly Objectives[]): readonly number[] {
  return points.map((_, i) => i).filter((i) => !points.some((other, j) => j !== i && (dominates(other, points[i]!) || (j < i && equal(other, points[i]!)))));
}

/**
 * The front's point nearest to the ideal: each objective scaled to [0, 1] over the front, Euclidean distance, the first of
 * equals; an objective that does not vary counts for nothing. Source: compromise programming (Zeleny 1973).
 * @throws RangeError for an empty front
 */
export function compromisePoint(points: readonly Objectives[], front: readonly number[]): number {
  if (front.length === 0) throw new RangeError('expected a Pareto front of at least one point, found none');
  const dimensions = points[front[0]!]!.map((_, d) => {
    const values = front.map((i) => points[i]![d]!);
    return { low: Math.min(...values), range: Math.max(...values) - Math.min(...values) };
  });
  let best = front[0]!;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const i of front) {
    const distance = dimensions.reduce((sum, { low, range }, d) => sum + (range > 0 ? ((points[i]![d]! - low) / range) ** 2 : 0), 0);
    if (distance < bestDistance) [best, bestDistance] = [i, distance];
  }
  return best;
}

function dominates(a: Objectives, b: Objectives): boolean {
  return a.every((value, d) => value <= b[d]!) && a.some((value, d) => value < b[d]!);
}

function equal(a: Objectives, b: Objectives): boolean {
  return a.every((value, d) => value === b[d]!);
}
