/** The figures of a backtest, by the conventions of core/metrics/performance. */
import {
  annualizedReturn,
  annualizedVolatility,
  calmar,
  maxDrawdown,
  periodsPerYear,
  sharpe,
  simpleReturns,
  sortino,
  YEAR_MS,
} from '../metrics/performance.js';
import { moments } from '../stats/moments.js';
import { probabilisticSharpe } from '../validation/sharpe-significance.js';
import type { BacktestResult } from './backtest-result.js';

/** Shorter spans are not extrapolated to a year's growth. */
const LEAST_SPAN_MS = 30 * 86_400_000;

/** null = not computable (no trade, no variation, no loss). Ratios are fractions; amounts are fractions of the initial capital. */
export interface BacktestSummary {
  readonly trades: number;
  readonly netReturn: number;
  /** null also for spans under 30 days, as is the Calmar ratio that rests on it. */
  readonly annualizedReturn: number | null;
  readonly annualizedVolatility: number | null;
  /** Annualised, of the returns from analyst close to analyst close, idle ones included. */
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly calmar: number | null;
  readonly maxDrawdown: number;
  /** P(true Sharpe > 0) (Bailey and Lopez de Prado 2012). */
  readonly probabilisticSharpe: number | null;
  /** Share of trades with a net gain. */
  readonly hitRate: number | null;
  readonly grossPnl: number;
  readonly fees: number;
  readonly slippage: number;
  /** Funding paid; below zero when received. */
  readonly funding: number;
  readonly netPnl: number;
  /** Notional traded both ways over the whole span. */
  readonly turnover: number;
  readonly turnoverPerYear: number;
  /** Share of time with an open position. */
  readonly exposure: number;
  /** Trades by how they ended. */
  readonly exits: Readonly<Record<string, number>>;
  readonly decisions: BacktestResult['decisions'];
  readonly stoppedAtMs: number | null;
}

/** The summary of a backtest whose equity is marked every `periodMs`. */
export function summarizeBacktest(result: BacktestResult, periodMs: number): BacktestSummary {
  const { equity, timeMs } = result.equity;
  const returns = simpleReturns(equity);
  const perYear = periodsPerYear(periodMs);
  const shape = moments(returns);
  const trades = result.trades.netPnl.length;
  const spanMs = timeMs[timeMs.length - 1]! - timeMs[0]!;
  const isLong = spanMs >= LEAST_SPAN_MS;
  const turnover = result.takerTurnover + result.makerTurnover;
  const exits: Record<string, number> = {};
  for (const reason of result.trades.exitReason) exits[reason] = (exits[reason] ?? 0) + 1;
  return {
    trades,
    netReturn: equity[equity.length - 1]! - 1,
    annualizedReturn: isLong ? finite(annualizedReturn(returns, perYear)) : null,
    annualizedVolatility: finite(annualizedVolatility(returns, perYear)),
    sharpe: finite(sharpe(returns, perYear)),
    sortino: finite(sortino(returns, perYear)),
    calmar: isLong ? finite(calmar(returns, perYear)) : null,
    maxDrawdown: maxDrawdown(equity).fraction,
    probabilisticSharpe: finite(
      probabilisticSharpe({
        sharpe: sharpe(returns, 1),
        observations: returns.length,
        skewness: shape.skewness,
        kurtosis: shape.kurtosis,
      }),
    ),
    hitRate: trades === 0 ? null : result.trades.netPnl.reduce((count, pnl) => count + (pnl > 0 ? 1 : 0), 0) / trades,
    grossPnl: result.grossPnl,
    fees: result.fees,
    slippage: result.slippage,
    funding: result.funding,
    netPnl: result.netPnl,
    turnover,
    turnoverPerYear: turnover / (spanMs / YEAR_MS),
    exposure: result.exposure,
    exits,
    decisions: result.decisions,
    stoppedAtMs: result.stoppedAtMs,
  };
}

/** JSON knows no NaN and no infinity: null says that the figure cannot be computed. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
