/**
 * The recursions of the GARCH family: GARCH (Bollerslev 1986), GJR (Glosten, Jagannathan and Runkle 1993) and EGARCH (Nelson 1991), all of
 * order (1, 1).
 */

export type GarchKind = 'garch' | 'gjr' | 'egarch';

/**
 * h' = omega + (alpha + gamma [e < 0]) e^2 + beta h, gamma 0 in garch; in egarch ln h' = omega + alpha (|z| - sqrt(2 / pi)) + gamma z + beta ln h
 * with z = e / sqrt(h). Variances in squared units of the returns.
 */
export interface GarchParameters {
  readonly mean: number;
  readonly omega: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly beta: number;
}

/** Mean of |z| for a standard normal z. */
const MEAN_ABSOLUTE = Math.sqrt(2 / Math.PI);

/**
 * Variance of each residual given those before it. Before the first stand the variance `presample`, a squared residual of the same size
 * and no sign, so that h of the first is omega + (alpha + gamma / 2 + beta) presample, in egarch exp(omega + beta ln presample).
 * [residuals], and one value more: the forecast of the next.
 */
export function garchVariances(
  kind: GarchKind,
  parameters: GarchParameters,
  { residuals, presample }: { residuals: Float64Array; presample: number },
): Float64Array {
  const out = new Float64Array(residuals.length + 1);
  const { omega, alpha, gamma, beta } = parameters;
  out[0] = kind === 'egarch' ? Math.exp(omega + beta * Math.log(presample)) : omega + (alpha + gamma / 2 + beta) * presample;
  for (let t = 0; t < residuals.length; t++) out[t + 1] = nextVariance(kind, parameters, residuals[t], out[t]);
  return out;
}

/** Variance after a residual and the variance it had. */
function nextVariance(kind: GarchKind, { omega, alpha, gamma, beta }: GarchParameters, ...[residual, variance]: readonly [number, number]): number {
  if (kind !== 'egarch') return omega + (residual < 0 ? alpha + gamma : alpha) * residual * residual + beta * variance;
  const z = residual / Math.sqrt(variance);
  return Math.exp(omega + alpha * (Math.abs(z) - MEAN_ABSOLUTE) + gamma * z + beta * Math.log(variance));
}

/** Share of a shock to the variance that is left one step later; below 1 the process is stationary. */
export function persistence(kind: GarchKind, { alpha, gamma, beta }: GarchParameters): number {
  return kind === 'egarch' ? beta : alpha + gamma / 2 + beta;
}

/**
 * Mean of the expected variances of the next `steps` residuals, from the forecast of the first; garch and gjr only: egarch has no such
 * formula. `level` is the variance that they return to.
 */
export function meanForecast(first: number, { level, persistence: kept, steps }: { level: number; persistence: number; steps: number }): number {
  return level + (first - level) * (kept === 1 ? 1 : (1 - kept ** steps) / (steps * (1 - kept)));
}
