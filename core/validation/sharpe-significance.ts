/** How sure a Sharpe ratio is: probabilistic and deflated Sharpe, and the track length that would settle it. */
import { normalCdf, normalQuantile } from '../stats/normal.js';

const EULER_MASCHERONI = 0.577215664901532860606512090082;

/** A Sharpe ratio per observation (not annualised) with the shape of its returns. */
export interface SharpeEstimate {
  readonly sharpe: number;
  readonly observations: number;
  readonly skewness: number;
  /** Raw kurtosis: 3 for normal returns. */
  readonly kurtosis: number;
}

/**
 * P(true Sharpe > benchmark); NaN below two observations or where the estimate is NaN.
 * Source: Bailey and Lopez de Prado (2012), The Sharpe ratio efficient frontier, eq. 14.
 */
export function probabilisticSharpe(estimate: SharpeEstimate, benchmark = 0): number {
  const { sharpe, observations } = estimate;
  if (observations < 2) return Number.NaN;
  return normalCdf(((sharpe - benchmark) * Math.sqrt(observations - 1)) / Math.sqrt(spread(estimate)));
}

/**
 * Observations needed before P(true Sharpe > benchmark) reaches `confidence`; Infinity where the Sharpe does not exceed
 * the benchmark. Source: as above, eq. 15.
 */
export function minimumTrackLength(estimate: Omit<SharpeEstimate, 'observations'>, benchmark = 0, confidence = 0.95): number {
  if (Number.isNaN(estimate.sharpe)) return Number.NaN;
  if (estimate.sharpe <= benchmark) return Number.POSITIVE_INFINITY;
  return 1 + spread(estimate) * (normalQuantile(confidence) / (estimate.sharpe - benchmark)) ** 2;
}

/**
 * Expected largest Sharpe of `trials` independent trials without skill; 0 for one trial.
 * `trialVariance` = variance of the trials' Sharpe ratios per observation. Source: Bailey and Lopez de Prado (2014), eq. 1.
 */
export function expectedMaximumSharpe(trials: number, trialVariance: number): number {
  if (!(trials >= 1)) throw new RangeError(`expected at least one trial, found ${trials}`);
  if (trials === 1) return 0;
  const first = normalQuantile(1 - 1 / trials);
  const second = normalQuantile(1 - 1 / (trials * Math.E));
  return Math.sqrt(trialVariance) * ((1 - EULER_MASCHERONI) * first + EULER_MASCHERONI * second);
}

/**
 * P(true Sharpe > what the best of `trials` would show by luck); equals probabilisticSharpe for one trial.
 * Source: Bailey and Lopez de Prado (2014), The deflated Sharpe ratio. The variance's ddof is the caller's to state.
 */
export function deflatedSharpe(estimate: SharpeEstimate, trials: number, trialVariance: number): number {
  return probabilisticSharpe(estimate, expectedMaximumSharpe(trials, trialVariance));
}

/** 1 - g3 SR + (g4 - 1) / 4 SR^2: the sampling variance of the Sharpe ratio times n - 1. */
function spread(estimate: Omit<SharpeEstimate, 'observations'>): number {
  return 1 - estimate.skewness * estimate.sharpe + ((estimate.kurtosis - 1) / 4) * estimate.sharpe ** 2;
}
