/** The standard normal distribution: density, distribution function and quantile in double precision. */

const LOG_ROOT_TWO_PI = 0.918938533204672741780329736406;

/** Density of the standard normal at x. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x - LOG_ROOT_TWO_PI);
}

/**
 * P(Z <= x), absolute error below 1e-15, relative error below 1e-12 in the lower tail; NaN in gives NaN.
 * Source: Marsaglia (2004), Evaluating the normal distribution (series); Laplace's continued fraction for the tails.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x > 3) return 1 - upperTail(x);
  if (x < -3) return upperTail(-x);
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

/** P(Z > x) for x > 3 by the continued fraction x + 1/(x + 2/(x + 3/(x + ...))). */
function upperTail(x: number): number {
  if (x > 38.5) return 0;
  let fraction = x;
  for (let k = 80; k >= 1; k--) fraction = x + k / fraction;
  return normalDensity(x) / fraction;
}

const CENTRE_TOP = [-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239] as const;
const CENTRE_BOTTOM = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1] as const;
const TAIL_TOP = [-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783] as const;
const TAIL_BOTTOM = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1] as const;
const TAIL_FROM = 0.02425;

/**
 * The z with P(Z <= z) = p: -Infinity at 0, Infinity at 1, NaN outside [0, 1].
 * Source: Acklam's rational approximation (relative error 1.15e-9), then two Halley steps against normalCdf.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (p > 0.5) return -normalQuantile(1 - p);
  let x: number;
  if (p < TAIL_FROM) {
    const q = Math.sqrt(-2 * Math.log(p));
    x = horner(TAIL_TOP, q) / horner(TAIL_BOTTOM, q);
  } else {
    const q = p - 0.5;
    x = (horner(CENTRE_TOP, q * q) * q) / horner(CENTRE_BOTTOM, q * q);
  }
  for (let step = 0; step < 2; step++) {
    const error = (normalCdf(x) - p) / normalDensity(x);
    x -= error / (1 + (x * error) / 2);
  }
  return x;
}

function horner(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
