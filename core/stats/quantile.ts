/** Quantiles by linear interpolation between order statistics (Hyndman and Fan's type 7, numpy's default). */

/** The q-quantile of ascending values; NaN of none. @throws RangeError for q outside [0, 1] */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`expected a quantile in [0, 1], found ${q}`);
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const lowValue = sorted[low]!;
  const fraction = position - low;
  return fraction === 0 ? lowValue : lowValue + fraction * (sorted[low + 1]! - lowValue);
}

/** The q-quantile of values in any order, which stay as they are; NaN of none. @throws RangeError for q outside [0, 1] */
export function quantile(values: ArrayLike<number>, q: number): number {
  return quantileSorted(Float64Array.from(values).sort(), q);
}
