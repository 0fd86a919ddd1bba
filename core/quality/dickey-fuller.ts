/** The augmented Dickey-Fuller test: is there a unit root (Dickey and Fuller 1979, Said and Dickey 1984). */
import { InsufficientData, NumericalError } from '../errors.js';
import { normalCdf } from '../stats/normal.js';

export interface DickeyFuller {
  /** t statistic of the lagged level; far below 0 = no unit root. */
  readonly statistic: number;
  /** Approximate p value of a unit root (MacKinnon 1994). */
  readonly pValue: number;
  readonly lags: number;
  /** Rows of the regression. */
  readonly rows: number;
}

/** MacKinnon 1994, table 3, one variable with constant: polynomials of the statistic inside the normal distribution. */
const LEFT_TAIL = [2.1659, 1.4412, 0.038269] as const;
const RIGHT_PART = [1.7339, 0.93202, -0.12745, -0.010368] as const;
const LEFT_UNTIL = -1.61;
const LEAST_STATISTIC = -18.83;
const GREATEST_STATISTIC = 2.74;

/** MacKinnon 2010, table 2, constant and no trend: limit and the terms in 1 / rows, by the level of the test. */
const CRITICAL = {
  0.01: [-3.43035, -6.5393, -16.786, -79.433],
  0.05: [-2.86154, -2.8903, -4.234, -40.04],
  0.1: [-2.56677, -1.5384, -2.809],
} as const;

/** The statistic below which a unit root is rejected at the level, for so many rows of the regression. */
export function dickeyFullerCritical(level: keyof typeof CRITICAL, rows: number): number {
  return CRITICAL[level].reduce((sum, term, power) => sum + term / rows ** power, 0);
}

/** Lags by Schwert's rule for n values: floor(12 (n / 100)^(1/4)). */
export function schwertLags(n: number): number {
  return Math.floor(12 * (n / 100) ** 0.25);
}

/**
 * The test with a constant and `lags` lagged differences (default: Schwert's rule) of values without NaN.
 * @throws InsufficientData below lags + 4 rows of the regression; NumericalError where the values do not vary.
 */
export function augmentedDickeyFuller(values: Float64Array, lags = schwertLags(values.length)): DickeyFuller {
  const rows = values.length - lags - 1;
  const width = lags + 2;
  if (rows <= width + 1)
    throw new InsufficientData(`expected more than ${width + lags + 2} values for a Dickey-Fuller test with ${lags} lags, found ${values.length}`);
  // Regressors: level, constant, lagged differences. Levels are centred, which leaves the statistic as it is and the sums accurate.
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const products = new Float64Array(width * width);
  const withTarget = new Float64Array(width);
  const row = new Float64Array(width);
  row[1] = 1;
  let squares = 0;
  for (let t = lags + 1; t < values.length; t++) {
    const target = values[t] - values[t - 1];
    row[0] = values[t - 1] - centre;
    for (let k = 1; k <= lags; k++) row[k + 1] = values[t - k] - values[t - k - 1];
    for (let i = 0; i < width; i++) {
      withTarget[i] += row[i] * target;
      for (let j = 0; j <= i; j++) products[i * width + j] += row[i] * row[j];
    }
    squares += target * target;
  }
  const statistic = firstStatistic(products, withTarget, { squares, rows });
  return { statistic, pValue: pValueOf(statistic), lags, rows };
}

/** t statistic of the first coefficient of a least-squares fit, by its normal equations (lower triangle). */
function firstStatistic(products: Float64Array, withTarget: Float64Array, fit: { readonly squares: number; readonly rows: number }): number {
  const n = withTarget.length;
  // The first regressor goes last, so that one Cholesky factor gives its coefficient and its variance.
  const at = (i: number, j: number): number => {
    const [a, b] = [(i + 1) % n, (j + 1) % n];
    return products[Math.max(a, b) * n + Math.min(a, b)];
  };
  const factor = new Float64Array(n * n);
  const solved = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = at(i, j);
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
      if (i !== j) factor[i * n + j] = sum / factor[j * n + j];
      else if (sum > 1e-12 * at(i, i)) factor[i * n + i] = Math.sqrt(sum);
      else throw new NumericalError(`expected values that vary for a Dickey-Fuller test, found regressors that depend on each other (pivot ${sum})`);
    }
    let rest = withTarget[(i + 1) % n];
    for (let k = 0; k < i; k++) rest -= factor[i * n + k] * solved[k];
    solved[i] = rest / factor[i * n + i];
  }
  const explained = solved.reduce((sum, value) => sum + value * value, 0);
  const variance = Math.max(fit.squares - explained, 0) / (fit.rows - n);
  if (!(variance > 0)) throw new NumericalError('expected values with noise for a Dickey-Fuller test, found a perfect fit');
  return solved[n - 1] / Math.sqrt(variance);
}

function pValueOf(statistic: number): number {
  if (statistic > GREATEST_STATISTIC) return 1;
  if (statistic < LEAST_STATISTIC) return 0;
  const terms = statistic <= LEFT_UNTIL ? LEFT_TAIL : RIGHT_PART;
  return normalCdf(terms.reduce((sum, term, power) => sum + term * statistic ** power, 0));
}
