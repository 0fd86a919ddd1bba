/** Maximum likelihood of the GARCH family with a constant mean and normal residuals. */
import { InsufficientData, NumericalError } from '../errors.js';
import { solveSymmetric } from '../models/solve-symmetric.js';
import { centralHessian, minimizeSmooth } from '../optimization/minimize-smooth.js';
import type { GarchKind, GarchParameters } from './garch-recursion.js';
import { garchVariances, persistence } from './garch-recursion.js';
import type { GarchScale } from './garch-scale.js';
import { namesOf, parametersOf, startPoint, withValues } from './garch-scale.js';

export interface GarchOptions {
  readonly kind: GarchKind;
  /**
   * Variance before the first return. sample: the mean squared residual, anew for each mean that is tried (Fiorentini, Calzolari and Panattoni
   * 1996); backcast: exponentially weighted mean (0.94) of the first 75 squared deviations from the sample mean, as in Python's arch.
   */
  readonly start: 'sample' | 'backcast';
}

export interface GarchFit {
  readonly kind: GarchKind;
  readonly parameters: GarchParameters;
  readonly logLikelihood: number;
  readonly persistence: number;
  /** Returns less their mean. */
  readonly residuals: Float64Array;
  /** Variance of each residual given those before it, and as its last value the forecast of the next: one more than residuals. */
  readonly variances: Float64Array;
  readonly iterations: number;
}

const LEAST_RETURNS = 100;
const MAXIMUM_ITERATIONS = 500;
/** Of the mean log-likelihood a return, in the scaled parameters. */
const TOLERANCE = 1e-7;
/** Slope that counts as converged where rounding lets no step go down any more. */
const FLAT = 1e-5;
/** Relative step of the Hessian's differences. */
const STEP = 3e-4;
const BACKCAST_RETURNS = 75;
const BACKCAST_DECAY = 0.94;

/**
 * The likeliest parameters with omega above 0, alpha, alpha + gamma and beta not below 0 and a persistence below 1 (egarch: |beta| below 1),
 * found by BFGS from three starts.
 * @throws InsufficientData below 100 returns; NumericalError when a return is not finite, they do not vary, or no start converges.
 */
export function fitGarch(returns: Float64Array, options: GarchOptions): GarchFit {
  if (returns.length < LEAST_RETURNS) throw new InsufficientData(`expected at least ${LEAST_RETURNS} returns to fit ${options.kind}, found ${returns.length}`);
  const wrong = returns.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new NumericalError(`expected finite returns, found ${returns[wrong]} at ${wrong}`);
  const scale = scaleOf(returns);
  if (!(scale.deviation > 0)) throw new NumericalError(`expected returns that vary, found ${returns[0]} throughout`);
  const { kind } = options;
  const objective = (point: Float64Array): number => -logLikelihood(returns, parametersOf(kind, point, scale), options) / returns.length;
  const climbs = [0.8, 0.95, 0.99].map((kept) =>
    minimizeSmooth(objective, startPoint(kind, kept), { maximumIterations: MAXIMUM_ITERATIONS, tolerance: TOLERANCE }),
  );
  const best = climbs.reduce((top, next) => (next.value < top.value ? next : top));
  if (!(best.slope <= FLAT)) {
    throw new NumericalError(`expected ${kind} to converge within ${MAXIMUM_ITERATIONS} iterations, found slope ${best.slope} after ${best.iterations}`);
  }
  const parameters = parametersOf(kind, best.point, scale);
  const residuals = returns.map((value) => value - parameters.mean);
  return {
    kind,
    parameters,
    logLikelihood: -best.value * returns.length,
    persistence: persistence(kind, parameters),
    residuals,
    variances: garchVariances(kind, parameters, { residuals, presample: presampleOf(returns, residuals, options.start) }),
    iterations: best.iterations,
  };
}

/** Log-likelihood of the returns under the parameters, normal constant included; -Infinity where a variance is not above 0. */
export function logLikelihood(returns: Float64Array, parameters: GarchParameters, { kind, start }: GarchOptions): number {
  const residuals = returns.map((value) => value - parameters.mean);
  const variances = garchVariances(kind, parameters, { residuals, presample: presampleOf(returns, residuals, start) });
  let sum = 0;
  for (let t = 0; t < residuals.length; t++) {
    if (!(variances[t] > 0)) return Number.NEGATIVE_INFINITY;
    sum += Math.log(2 * Math.PI * variances[t]) + residuals[t] ** 2 / variances[t];
  }
  return -0.5 * sum;
}

function presampleOf(returns: Float64Array, residuals: Float64Array, start: GarchOptions['start']): number {
  if (start === 'sample') return residuals.reduce((sum, value) => sum + value * value, 0) / residuals.length;
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  let [weight, total, sum] = [1, 0, 0];
  for (let t = 0; t < Math.min(BACKCAST_RETURNS, returns.length); t++) {
    sum += weight * (returns[t] - mean) ** 2;
    total += weight;
    weight *= BACKCAST_DECAY;
  }
  return sum / total;
}

function scaleOf(returns: Float64Array): GarchScale {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  return { mean, deviation: Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length) };
}

/**
 * Roots of the diagonal of the inverse Hessian of the negative log-likelihood at the maximum, in the parameters themselves; gamma 0 in garch.
 * @throws NumericalError where the Hessian is not positive definite, as with a parameter at its bound.
 */
export function garchStandardErrors(returns: Float64Array, fit: GarchFit, options: GarchOptions): GarchParameters {
  const names = namesOf(fit.kind);
  const { deviation } = scaleOf(returns);
  const units = { mean: deviation, omega: fit.kind === 'egarch' ? 1 : deviation ** 2, alpha: 1, gamma: 1, beta: 1 };
  const steps = Float64Array.from(names, (name) => STEP * Math.max(units[name] / 10, Math.abs(fit.parameters[name])));
  const hessian = centralHessian(
    (values) => -logLikelihood(returns, withValues(names, values), options),
    Float64Array.from(names, (name) => fit.parameters[name]),
    steps,
  );
  const errors = names.map((_, i) =>
    Math.sqrt(
      solveSymmetric(
        hessian,
        Float64Array.from(names, (__, j) => (i === j ? 1 : 0)),
      )[i],
    ),
  );
  return withValues(names, Float64Array.from(errors));
}
