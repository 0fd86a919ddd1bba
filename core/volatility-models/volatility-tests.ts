/** Do the squares of a series still tell something of the next? Engle's (1982) Lagrange multiplier test, and Ljung and Box (1978). */
import { InsufficientData } from '../errors.js';
import { solveSymmetric } from '../models/solve-symmetric.js';
import { chiSquareTail } from '../stats/chi-square.js';

export interface LagTest {
  readonly statistic: number;
  /** P(a greater statistic | nothing to tell), chi-square with `lags` degrees of freedom. */
  readonly pValue: number;
  readonly lags: number;
}

/**
 * ARCH-LM: rows x R^2 of the regression of e(t)^2 on a constant and e(t-1)^2 .. e(t-lags)^2. The residuals are taken as they are: take their mean off
 * before.
 * @throws InsufficientData when fewer than lags + 2 rows are left; NumericalError when the squares do not vary.
 */
export function archLmTest(residuals: Float64Array, lags: number): LagTest {
  const rows = residuals.length - lags;
  if (rows < lags + 2) throw new InsufficientData(`expected at least ${2 * lags + 2} residuals for ${lags} lags, found ${residuals.length}`);
  const squares = residuals.map((value) => value * value);
  // Centred columns take the constant out of the regression.
  const columns = Array.from({ length: lags + 1 }, (_, lag) => centred(squares.subarray(lags - lag, lags - lag + rows)));
  const target = columns[0];
  const cross = new Float64Array(lags * lags);
  const right = new Float64Array(lags);
  for (let i = 0; i < lags; i++) {
    right[i] = dot(columns[i + 1], target);
    for (let j = 0; j <= i; j++) cross[i * lags + j] = dot(columns[i + 1], columns[j + 1]);
  }
  const statistic = (rows * dot(right, solveSymmetric(cross, right))) / dot(target, target);
  return { statistic, pValue: chiSquareTail(statistic, lags), lags };
}

/**
 * Ljung-Box: n (n + 2) x sum over k of rho(k)^2 / (n - k), autocorrelations about the mean; for what squares tell, hand over the squares.
 * @throws InsufficientData when there are not more values than lags.
 */
export function ljungBoxTest(values: Float64Array, lags: number): LagTest {
  const n = values.length;
  if (n <= lags) throw new InsufficientData(`expected more than ${lags} values for ${lags} lags, found ${n}`);
  const deviations = centred(values);
  const variance = dot(deviations, deviations);
  let sum = 0;
  for (let lag = 1; lag <= lags; lag++) sum += (dot(deviations.subarray(lag), deviations.subarray(0, n - lag)) / variance) ** 2 / (n - lag);
  const statistic = n * (n + 2) * sum;
  return { statistic, pValue: chiSquareTail(statistic, lags), lags };
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
