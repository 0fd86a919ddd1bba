/**
 * Performance figures of a return or equity series. Conventions, the same everywhere: simple returns a period, risk-free
 * rate 0, sample standard deviation (ddof 1), annualised by the square root of periods a year, a year has 365 days.
 * Drawdowns are measured from the highest equity so far, the initial capital included.
 */

/** Markets that never close: 365 days. */
export const YEAR_MS = 365 * 86_400_000;

/** Drawdowns of an equity path. */
export interface Drawdown {
  /** Deepest fall as a fraction of the peak before it, 0 or above (relative-worst). */
  readonly fraction: number;
  /** Deepest fall in units of equity, 0 or above; it may be another fall than the deepest in relative terms. */
  readonly amount: number;
  /** Longest run of equity points below an earlier peak. */
  readonly longestPeriods: number;
}

/** Periods a year of a fixed bar length. */
export function periodsPerYear(periodMs: number): number {
  return YEAR_MS / periodMs;
}

/** Simple returns between consecutive equity points: one shorter than `equity`; empty for fewer than two points. */
export function simpleReturns(equity: ArrayLike<number>): Float64Array {
  const returns = new Float64Array(Math.max(0, equity.length - 1));
  for (let i = 0; i < returns.length; i++) returns[i] = equity[i + 1]! / equity[i]! - 1;
  return returns;
}

/** Annualised volatility (ddof 1); NaN for fewer than two returns. */
export function annualizedVolatility(returns: ArrayLike<number>, yearPeriods: number): number {
  return Math.sqrt(sampleVariance(returns) * yearPeriods);
}

/** Annualised Sharpe ratio (Sharpe 1994), ddof 1, risk-free 0; NaN for fewer than two returns or a constant series. */
export function sharpe(returns: ArrayLike<number>, yearPeriods: number): number {
  const deviation = Math.sqrt(sampleVariance(returns));
  return deviation > 0 ? (mean(returns) / deviation) * Math.sqrt(yearPeriods) : Number.NaN;
}

/** Annualised Sortino ratio (Sortino 1994): target 0, downside deviation over all n returns; NaN without a loss. */
export function sortino(returns: ArrayLike<number>, yearPeriods: number): number {
  let squares = 0;
  for (let i = 0; i < returns.length; i++) squares += Math.min(0, returns[i]!) ** 2;
  const downside = Math.sqrt(squares / returns.length);
  return downside > 0 ? (mean(returns) / downside) * Math.sqrt(yearPeriods) : Number.NaN;
}

/** Compound annual growth rate of simple returns; NaN for none, -1 once everything is lost. */
export function annualizedReturn(returns: ArrayLike<number>, yearPeriods: number): number {
  if (returns.length === 0) return Number.NaN;
  let growth = 1;
  for (let i = 0; i < returns.length; i++) growth *= 1 + returns[i]!;
  return growth <= 0 ? -1 : growth ** (yearPeriods / returns.length) - 1;
}

/** Calmar ratio (Young 1991): annualised return over the largest relative drawdown; NaN without a drawdown. */
export function calmar(returns: ArrayLike<number>, yearPeriods: number): number {
  const depth = maxDrawdown(equityCurve(returns)).fraction;
  return depth > 0 ? annualizedReturn(returns, yearPeriods) / depth : Number.NaN;
}

/** Omega ratio at threshold 0 (Keating and Shadwick 2002): sum of gains over sum of losses; NaN without a loss. */
export function omega(returns: ArrayLike<number>): number {
  let gains = 0;
  let losses = 0;
  for (let i = 0; i < returns.length; i++) {
    gains += Math.max(0, returns[i]!);
    losses -= Math.min(0, returns[i]!);
  }
  return losses > 0 ? gains / losses : Number.NaN;
}

/** Drawdowns of an equity path whose first point is the initial capital; zeros for fewer than two points. */
export function maxDrawdown(equity: ArrayLike<number>): Drawdown {
  let peak = Number.NEGATIVE_INFINITY;
  let fraction = 0;
  let amount = 0;
  let below = 0;
  let longestPeriods = 0;
  for (let i = 0; i < equity.length; i++) {
    const value = equity[i]!;
    below = value >= peak ? 0 : below + 1;
    peak = Math.max(peak, value);
    amount = Math.max(amount, peak - value);
    fraction = Math.max(fraction, (peak - value) / peak);
    longestPeriods = Math.max(longestPeriods, below);
  }
  return { fraction, amount, longestPeriods };
}

/** Equity of simple returns: one longer than `returns`, starting at 1. */
export function equityCurve(returns: ArrayLike<number>): Float64Array {
  const equity = new Float64Array(returns.length + 1);
  equity[0] = 1;
  for (let i = 0; i < returns.length; i++) equity[i + 1] = equity[i]! * (1 + returns[i]!);
  return equity;
}

/**
 * Turnover a year: traded notional (both ways, as a fraction of the equity at the trade) summed and divided by the years
 * covered. NaN for a span of no length.
 */
export function turnover(tradedFractions: ArrayLike<number>, spanMs: number): number {
  let sum = 0;
  for (let i = 0; i < tradedFractions.length; i++) sum += Math.abs(tradedFractions[i]!);
  return spanMs > 0 ? sum / (spanMs / YEAR_MS) : Number.NaN;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Two passes, ddof 1; a series whose spread is only rounding of its mean counts as constant. */
function sampleVariance(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN;
  const center = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - center) ** 2;
  const rounding = (4 * Number.EPSILON * Math.abs(center)) ** 2 * values.length;
  return squares <= rounding ? 0 : squares / (values.length - 1);
}
