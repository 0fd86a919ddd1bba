/** Value at risk and expected shortfall of a sample of returns, with the error that the sample's size leaves. */
import { normalQuantile } from '../stats/normal.js';
import { quantileSorted } from '../stats/quantile.js';

export interface TailRisk {
  /** For example 0.95. */
  readonly level: number;
  /** Loss that is exceeded with probability 1 - level: above 0 a loss. */
  readonly valueAtRisk: number;
  /** 95 % interval of the value at risk by the binomial error of the order statistic. */
  readonly valueAtRiskLow: number;
  readonly valueAtRiskHigh: number;
  /** Mean loss where the loss reaches the value at risk. */
  readonly expectedShortfall: number;
  /** Standard error of that mean; 0 for a single loss in the tail. */
  readonly expectedShortfallError: number;
  /** Sample points in the tail. */
  readonly tailCount: number;
}

/** The tail risk of returns at a level in (0, 1). @throws RangeError for no return, a NaN, or another level */
export function tailRisk(returns: Float64Array, level: number): TailRisk {
  if (returns.length === 0) throw new RangeError('expected at least one return, found none');
  if (!(level > 0 && level < 1)) throw new RangeError(`expected a level in (0, 1), found ${level}`);
  const losses = returns.map((value) => -value).sort();
  if (Number.isNaN(losses[losses.length - 1]!)) throw new RangeError('expected returns without NaN');
  const n = losses.length;
  const margin = normalQuantile(0.975) * Math.sqrt((level * (1 - level)) / n);
  const valueAtRisk = quantileSorted(losses, level);
  const first = losses.findIndex((loss) => loss >= valueAtRisk);
  const tail = losses.subarray(first);
  const shortfall = tail.reduce((sum, loss) => sum + loss, 0) / tail.length;
  const squares = tail.reduce((sum, loss) => sum + (loss - shortfall) ** 2, 0);
  return {
    level,
    valueAtRisk,
    valueAtRiskLow: quantileSorted(losses, Math.max(0, level - margin)),
    valueAtRiskHigh: quantileSorted(losses, Math.min(1, level + margin)),
    expectedShortfall: shortfall,
    expectedShortfallError: tail.length > 1 ? Math.sqrt(squares / (tail.length - 1) / tail.length) : 0,
    tailCount: tail.length,
  };
}
