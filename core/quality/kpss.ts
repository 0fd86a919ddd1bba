/** The test of Kwiatkowski, Phillips, Schmidt and Shin (1992): are the values stationary around a constant. */
import { InsufficientData, NumericalError } from '../errors.js';

export interface Kpss {
  /** Large = not stationary. */
  readonly statistic: number;
  /** By linear interpolation in the paper's table 1; 0.01 and 0.1 stand for "at most" and "at least". */
  readonly pValue: number;
  readonly lags: number;
}

/** Table 1 of the paper, level case: critical value and level. */
const TABLE = [
  [0.347, 0.1],
  [0.463, 0.05],
  [0.574, 0.025],
  [0.739, 0.01],
] as const;

/**
 * The level test of values without NaN, with `lags` autocovariances under Bartlett weights (default floor(12 (n / 100)^(1/4))).
 * @throws InsufficientData where there are not more values than lags; NumericalError where the values do not vary.
 */
export function kpss(values: Float64Array, lags = Math.floor(12 * (values.length / 100) ** 0.25)): Kpss {
  const n = values.length;
  if (n <= lags + 1) throw new InsufficientData(`expected more than ${lags + 1} values for a KPSS test with ${lags} lags, found ${n}`);
  const centre = values.reduce((sum, value) => sum + value, 0) / n;
  let partial = 0;
  let squares = 0;
  for (let t = 0; t < n; t++) {
    partial += values[t] - centre;
    squares += partial * partial;
  }
  let longRun = 0;
  for (let lag = 0; lag <= lags; lag++) {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += (values[t] - centre) * (values[t - lag] - centre);
    longRun += (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1))) * sum;
  }
  if (!(longRun > 0)) throw new NumericalError(`expected values that vary for a KPSS test, found a long-run variance of ${longRun / n}`);
  const statistic = squares / (n * longRun);
  return { statistic, pValue: pValueOf(statistic), lags };
}

function pValueOf(statistic: number): number {
  if (statistic <= TABLE[0][0]) return TABLE[0][1];
  for (let i = 1; i < TABLE.length; i++) {
    const [[fromValue, fromLevel], [toValue, toLevel]] = [TABLE[i - 1], TABLE[i]];
    if (statistic <= toValue) return fromLevel + ((statistic - fromValue) / (toValue - fromValue)) * (toLevel - fromLevel);
  }
  return TABLE[TABLE.length - 1][1];
}
