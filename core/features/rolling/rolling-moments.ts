/**
 * Mean, variance, skewness and kurtosis over a sliding window: centred sums of one block's suffix are merged with those of
 * the next block's prefix (Pebay 2008, Sandia report SAND2008-6212, eqs. 1.1 to 1.6), so nothing is subtracted and
 * prices far from zero lose no digits.
 */

export interface RollingMoments {
  readonly mean: Float64Array;
  /** Divided by window - 1. */
  readonly variance: Float64Array;
  /** g1 = sqrt(n) M3 / M2^1.5; 0 where the window is constant. */
  readonly skewness: Float64Array;
  /** Excess kurtosis g2 = n M4 / M2^2 - 3; 0 where the window is constant. */
  readonly kurtosis: Float64Array;
}

/** n, mean, M2, M3, M4 */
type Moments = [number, number, number, number, number];

/** Moments of the last `window` (at least 2) values; NaN for the first window - 1 bars and while a NaN is in the window. O(n). */
export function rollingMoments(values: Float64Array, window: number): RollingMoments {
  const length = values.length;
  const out = {
    mean: new Float64Array(length).fill(Number.NaN),
    variance: new Float64Array(length).fill(Number.NaN),
    skewness: new Float64Array(length).fill(Number.NaN),
    kurtosis: new Float64Array(length).fill(Number.NaN),
  };
  const suffix = new Float64Array(window * 5);
  const both: Moments = [0, 0, 0, 0, 0];
  const earlier: Moments = [0, 0, 0, 0, 0];
  for (let start = 0; start < length; start += window) {
    const end = Math.min(start + window, length);
    const running: Moments = [0, 0, 0, 0, 0];
    for (let t = start; t < end; t++) {
      append(running, values[t]);
      const offset = t - start + 1;
      if (offset === window) write(out, t, running);
      if (offset === window || start === 0) continue;
      for (let k = 0; k < 5; k++) earlier[k] = suffix[offset * 5 + k];
      merge(earlier, running, both);
      write(out, t, both);
    }
    const backward: Moments = [0, 0, 0, 0, 0];
    for (let t = end - 1; t >= start; t--) {
      append(backward, values[t]);
      for (let k = 0; k < 5; k++) suffix[(t - start) * 5 + k] = backward[k];
    }
  }
  return out;
}

function append(a: Moments, x: number): void {
  const n1 = a[0];
  const n = n1 + 1;
  const delta = x - a[1];
  const step = delta / n;
  const term = delta * step * n1;
  a[4] += term * step * step * (n * n - 3 * n + 3) + 6 * step * step * a[2] - 4 * step * a[3];
  a[3] += term * step * (n - 2) - 3 * step * a[2];
  a[2] += term;
  a[1] += step;
  a[0] = n;
}

function merge(a: Moments, b: Moments, out: Moments): void {
  const [na, ma, a2, a3, a4] = a;
  const [nb, mb, b2, b3, b4] = b;
  const n = na + nb;
  const delta = mb - ma;
  const d = delta / n;
  out[0] = n;
  out[1] = ma + d * nb;
  out[2] = a2 + b2 + delta * d * na * nb;
  out[3] = a3 + b3 + delta * d * d * na * nb * (na - nb) + 3 * d * (na * b2 - nb * a2);
  out[4] = a4 + b4 + delta * d * d * d * na * nb * (na * na - na * nb + nb * nb) + 6 * d * d * (na * na * b2 + nb * nb * a2) + 4 * d * (na * b3 - nb * a3);
}

function write(out: RollingMoments, t: number, [n, mean, m2, m3, m4]: Moments): void {
  out.mean[t] = mean;
  out.variance[t] = m2 / (n - 1);
  out.skewness[t] = m2 === 0 ? 0 : (Math.sqrt(n) * m3) / (m2 * Math.sqrt(m2));
  out.kurtosis[t] = m2 === 0 ? 0 : (n * m4) / (m2 * m2) - 3;
}
