/** A calibrator of probabilities: identity, Platt's sigmoid on log-odds, or isotonic regression on log-odds. */
import { logOddsOf } from '../ensembles/log-odds.js';
import type { IsotonicParameters } from './isotonic.js';
import { applyIsotonic, fitIsotonic } from './isotonic.js';
import type { PlattParameters } from './platt.js';
import { applyPlatt, fitPlatt } from './platt.js';

/** Methods from the simplest to the most flexible: a tie is won by the simpler. */
export const CALIBRATION_METHODS = ['identity', 'platt', 'isotonic'] as const;
export type CalibrationMethod = (typeof CALIBRATION_METHODS)[number];

export type Calibrator =
  | { readonly method: 'identity' }
  | ({ readonly method: 'platt' } & PlattParameters)
  | ({ readonly method: 'isotonic' } & IsotonicParameters);

/** Raw probabilities with their outcomes. */
export interface CalibrationExamples {
  readonly p: Float64Array;
  /** 0 or 1. */
  readonly y: Float64Array;
  /** Uniqueness of each example. */
  readonly weights: Float64Array;
}

/**
 * The calibrator of a method fitted on the examples.
 * @throws NumericalError when Platt's fit fails; RangeError when isotonic has no examples.
 */
export function fitCalibrator(method: CalibrationMethod, { p, y, weights }: CalibrationExamples): Calibrator {
  if (method === 'platt') return { method, ...fitPlatt(logOddsOf(p), y, weights) };
  if (method === 'isotonic') return { method, ...fitIsotonic(logOddsOf(p), y, weights) };
  return { method };
}

/** Calibrated probability of each raw one; an output depends on its own input alone, and NaN stays NaN. */
export function applyCalibrator(calibrator: Calibrator, p: Float64Array): Float64Array {
  if (calibrator.method === 'platt') return applyPlatt(calibrator, logOddsOf(p));
  if (calibrator.method === 'isotonic') return applyIsotonic(calibrator, logOddsOf(p));
  return Float64Array.from(p);
}
