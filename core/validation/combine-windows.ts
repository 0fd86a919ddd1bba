/** Walk-forward windows put together: one equity over all tests, and the figures of the whole. */
import type { EquityCurve } from '../backtest/backtest-result.js';
import { maxDrawdown, periodsPerYear, sharpe, simpleReturns } from '../metrics/performance.js';
import { moments } from '../stats/moments.js';
import { probabilisticSharpe } from './sharpe-significance.js';

/**
 * One equity: each window's curve begins with the capital that the one before it left. Time between two tests (the
 * embargo) holds no position and no mark.
 */
export function concatenateEquity(curves: readonly EquityCurve[]): EquityCurve {
  const count = curves.reduce((sum, curve) => sum + curve.timeMs.length, 0);
  const out: EquityCurve = {
    timeMs: new Float64Array(count),
    equity: new Float64Array(count),
    position: new Float64Array(count),
    price: new Float64Array(count),
  };
  let at = 0;
  let capital = 1;
  for (const curve of curves) {
    for (let i = 0; i < curve.timeMs.length; i++, at++) {
      out.timeMs[at] = curve.timeMs[i]!;
      out.equity[at] = capital * curve.equity[i]!;
      out.position[at] = capital * curve.position[i]!;
      out.price[at] = curve.price[i]!;
    }
    capital *= curve.equity.at(-1) ?? 1;
  }
  return out;
}

export interface CombinedFigures {
  readonly netReturn: number;
  /** Annualised, of the windows' returns one after another; null without variation. */
  readonly sharpe: number | null;
  /** P(true Sharpe > 0); null where the Sharpe is. */
  readonly probabilisticSharpe: number | null;
  readonly maxDrawdown: number;
  /** Returns from mark to mark that the ratios rest on. */
  readonly observations: number;
}

/** The figures of windows whose equity is marked every `periodMs`; returns across two windows are not formed. */
export function combineFigures(curves: readonly EquityCurve[], periodMs: number): CombinedFigures {
  const returns = Float64Array.from(curves.flatMap((curve) => Array.from(simpleReturns(curve.equity))));
  const whole = concatenateEquity(curves);
  const shape = moments(returns);
  const ratio = sharpe(returns, periodsPerYear(periodMs));
  const certainty = probabilisticSharpe({ sharpe: sharpe(returns, 1), observations: returns.length, skewness: shape.skewness, kurtosis: shape.kurtosis });
  return {
    netReturn: (whole.equity.at(-1) ?? 1) - 1,
    sharpe: Number.isFinite(ratio) ? ratio : null,
    probabilisticSharpe: Number.isFinite(certainty) ? certainty : null,
    maxDrawdown: maxDrawdown(whole.equity).fraction,
    observations: returns.length,
  };
}
