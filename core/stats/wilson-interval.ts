/** The score interval of a share (Wilson 1927, Probable inference, the law of succession, and statistical inference). */
import { normalQuantile } from './normal.js';

export interface ShareInterval {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The share and its two-sided interval at `confidence` (default 0.95) from `trials` independent ones; overlapping outcomes count as fewer,
 * so `trials` may be an effective number. No trial: share NaN, interval [0, 1].
 * @throws RangeError for a share outside [0, 1], trials below 0 or a confidence outside (0, 1).
 */
export function wilsonInterval(share: number, trials: number, confidence = 0.95): ShareInterval {
  if (!(confidence > 0 && confidence < 1) || !(trials >= 0)) throw new RangeError(`expected trials of at least 0, found ${trials} at ${confidence}`);
  if (trials === 0) return { share: Number.NaN, low: 0, high: 1 };
  if (!(share >= 0 && share <= 1)) throw new RangeError(`expected a share in [0, 1], found ${share}`);
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const scale = 1 + (z * z) / trials;
  const centre = (share + (z * z) / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return { share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
