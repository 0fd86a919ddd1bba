/** Sample moments in one or two passes over a typed array. */

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Divisor n - 1; NaN below two values. */
  readonly variance: number;
  /** Population skewness g1 = m3 / m2^1.5; NaN where the values do not vary. */
  readonly skewness: number;
  /** Population kurtosis, raw (3 for a normal); NaN where the values do not vary. */
  readonly kurtosis: number;
}

/** Mean of the values; NaN of none, NaN if one is NaN. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Variance with divisor n - ddof (1 unless told), two passes; NaN where n <= ddof. */
export function variance(values: ArrayLike<number>, ddof = 1): number {
  if (values.length <= ddof) return Number.NaN;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return sum / (values.length - ddof);
}

/** The first four moments of the values; NaN in gives NaN out. */
export function moments(values: ArrayLike<number>): Moments {
  const count = values.length;
  const centre = mean(values);
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < count; i++) {
    const d = values[i]! - centre;
    second += d * d;
    third += d * d * d;
    fourth += d * d * d * d;
  }
  const m2 = second / count;
  const varies = m2 > 0;
  return {
    count,
    mean: centre,
    variance: count > 1 ? second / (count - 1) : Number.NaN,
    skewness: varies ? third / count / m2 ** 1.5 : Number.NaN,
    kurtosis: varies ? fourth / count / (m2 * m2) : Number.NaN,
  };
}
