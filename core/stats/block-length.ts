/** Block length for the bootstrap of a dependent series, chosen from its autocorrelations. */
import { autocovariances } from './autocovariance.js';

export interface BlockLength {
  /** Mean block of the stationary bootstrap, at least 1. */
  readonly stationary: number;
  /** Block of the circular block bootstrap, at least 1. */
  readonly circular: number;
}

/**
 * The block lengths that minimise the bootstrap variance's mean squared error, between 1 and min(3 sqrt(n), n / 3).
 * A series that does not vary, or has fewer than eight values, gets 1.
 * Source: Politis and White (2004), Automatic block-length selection, with the correction of Patton, Politis and White (2009).
 */
export function chooseBlockLength(values: ArrayLike<number>): BlockLength {
  const n = values.length;
  if (n < 8) return { stationary: 1, circular: 1 };
  const run = Math.max(5, Math.floor(Math.log10(n)));
  const longest = Math.min(n - 1, Math.ceil(Math.sqrt(n)) + run);
  const gamma = autocovariances(values, longest);
  if (!(gamma[0]! > 0)) return { stationary: 1, circular: 1 };
  const bandwidth = Math.min(longest, 2 * firstQuietLag(gamma, n, run));
  let longRun = gamma[0]!;
  let slope = 0;
  for (let k = 1; k <= bandwidth; k++) {
    const weight = flatTop(k / bandwidth);
    longRun += 2 * weight * gamma[k]!;
    slope += 2 * weight * k * gamma[k]!;
  }
  const limit = Math.max(1, Math.ceil(Math.min(3 * Math.sqrt(n), n / 3)));
  const length = (variance: number): number => clamp(((2 * slope * slope) / variance) ** (1 / 3) * n ** (1 / 3), limit);
  return { stationary: length(2 * longRun * longRun), circular: length((4 / 3) * longRun * longRun) };
}

/**
 * The first of `run` lags in a row whose autocorrelations are insignificant, as the authors' and other implementations
 * take it (the paper's text names the lag before it); the longest lag where there is no such run.
 */
function firstQuietLag(gamma: Float64Array, n: number, run: number): number {
  const bound = 2 * Math.sqrt(Math.log10(n) / n);
  let quiet = 0;
  for (let k = 1; k < gamma.length; k++) {
    quiet = Math.abs(gamma[k]! / gamma[0]!) < bound ? quiet + 1 : 0;
    if (quiet === run) return k - run + 1;
  }
  return gamma.length - 1;
}

function flatTop(t: number): number {
  return t <= 0.5 ? 1 : 2 * (1 - t);
}

function clamp(length: number, limit: number): number {
  return Number.isFinite(length) ? Math.min(limit, Math.max(1, length)) : 1;
}
