/** Free numbers to search over instead of bounded parameters, in units of the returns' own spread. */
import type { GarchKind, GarchParameters } from './garch-recursion.js';

export interface GarchScale {
  readonly mean: number;
  /** Standard deviation of the returns. */
  readonly deviation: number;
}

type GarchName = keyof GarchParameters;

const NAMES: Readonly<Record<GarchKind, readonly GarchName[]>> = {
  garch: ['mean', 'omega', 'alpha', 'beta'],
  gjr: ['mean', 'omega', 'alpha', 'gamma', 'beta'],
  egarch: ['mean', 'omega', 'alpha', 'gamma', 'beta'],
};

/** The parameters that a kind has. */
export function namesOf(kind: GarchKind): readonly GarchName[] {
  return NAMES[kind];
}

/** The named parameters at the given values, the others 0. */
export function withValues(names: readonly GarchName[], values: Float64Array): GarchParameters {
  return { mean: 0, omega: 0, alpha: 0, gamma: 0, beta: 0, ...Object.fromEntries(names.map((name, i) => [name, values[i]])) };
}

/**
 * The parameters of a point. garch: mean in deviations from the sample mean, logarithm of omega in variances, log-odds of the persistence, and
 * of alpha's share of it; gjr: the persistence is shared out among alpha / 2, (alpha + gamma) / 2 and beta; egarch: the logarithm of the level that
 * the variance returns to, alpha and gamma as they are, log-odds of (1 + beta) / 2.
 */
export function parametersOf(kind: GarchKind, point: Float64Array, { mean, deviation }: GarchScale): GarchParameters {
  const base = { mean: mean + deviation * point[0], omega: deviation ** 2 * Math.exp(point[1]) };
  if (kind === 'garch') {
    const kept = share(point[2]);
    const ofShocks = share(point[3]);
    return { ...base, alpha: kept * ofShocks, gamma: 0, beta: kept * (1 - ofShocks) };
  }
  if (kind === 'gjr') {
    const kept = share(point[2]);
    const [rise, fall] = [Math.exp(point[3]), Math.exp(point[4])];
    const unit = kept / (1 + rise + fall);
    return { ...base, alpha: 2 * unit * rise, gamma: 2 * unit * (fall - rise), beta: unit };
  }
  const beta = 2 * share(point[2]) - 1;
  return { mean: base.mean, omega: (1 - beta) * (point[1] + 2 * Math.log(deviation)), alpha: point[3], gamma: point[4], beta };
}

/** A point of the given persistence, an eighth of it from shocks, whose variance returns to the sample's. */
export function startPoint(kind: GarchKind, kept: number): Float64Array {
  const odds = (p: number): number => Math.log(p / (1 - p));
  const level = Math.log(1 - kept);
  if (kind === 'garch') return Float64Array.of(0, level, odds(kept), odds(1 / 8));
  if (kind === 'gjr') return Float64Array.of(0, level, odds(kept), Math.log(1 / 14), Math.log(1 / 14));
  return Float64Array.of(0, 0, odds((1 + kept) / 2), 0.15, 0);
}

/** Logistic function: (0, 1). */
function share(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
