/**
 * Bar-by-bar backtest of decisions on fine bars: one net position, market entries at the next opening, barriers inside a
 * bar by the pessimistic rule.
 */
import { lowerBound } from '../data/bars.js';
import { Account } from './account.js';
import type { BacktestMarket } from './backtest-market.js';
import type { BacktestResult } from './backtest-result.js';
import type { BacktestSettings } from './backtest-settings.js';
import type { Decisions } from './decisions.js';
import { holdPosition } from './hold-position.js';
import { planEntries } from './plan-entries.js';
import type { Trade } from './trade-log.js';
import { tradeColumns } from './trade-log.js';

/**
 * The backtest of decisions over a market. Rules: an order sent at entryTimeMs fills at the first opening at or after it
 * (plus the delay) as a market order; at most one entry a signal and one position at a time; stop-loss and take-profit are
 * looked for inside each bar from the entry bar on, both touched counts as the stop, a gap through a barrier fills at the
 * opening; the take-profit is a resting limit order (maker fee, no slippage), every other exit a market order; the
 * holding period ends at the first opening at or after its end; limits of loss are looked at on bar closes and close at
 * the next opening; what is open after the last bar closes at its close. Only bars up to each decision's exit are read.
 */
export function runBacktest(decisions: Decisions, market: BacktestMarket, settings: BacktestSettings): BacktestResult {
  const entries = planEntries(decisions, { ...settings, spot: market.spot });
  const account = new Account(market, settings.parameters.risk);
  const delay = settings.parameters.timing.entryDelayBars;
  const holdingMs = settings.barriers.holdingBars * settings.parameters.timing.holdingScale * market.periodMs;
  const trades: Trade[] = [];
  const counts = { busy: 0, expired: 0, limited: 0 };
  const turnover = { taker: 0, maker: 0 };
  let freeFrom = 0;
  let barsHeld = 0;
  let lastSignal = Number.NaN;
  for (let k = 0; k < entries.rows.length; k++) {
    const row = entries.rows[k]!;
    const bar = lowerBound(market.openTimeMs, decisions.entryTimeMs[row]!) + delay;
    const deadlineMs = decisions.signalTimeMs[row]! + holdingMs;
    if (bar < freeFrom || decisions.signalTimeMs[row] === lastSignal) counts.busy++;
    else if (bar >= market.open.length || market.openTimeMs[bar]! >= deadlineMs || decisions.entryTimeMs[row]! < market.fromMs) counts.expired++;
    else if (account.stoppedAtMs !== null || market.openTimeMs[bar]! < account.blockedUntilMs) counts.limited++;
    else {
      const held = holdPosition(
        { market, account, settings },
        {
          bar,
          deadlineMs,
          side: decisions.side[row]!,
          size: entries.sizes[k]!,
          volatility: decisions.volatility[row]!,
          decision: row,
        },
      );
      trades.push(held.trade);
      turnover.taker += held.takerNotional;
      turnover.maker += held.makerNotional;
      barsHeld += held.freeFrom - bar;
      freeFrom = held.freeFrom;
      lastSignal = decisions.signalTimeMs[row]!;
    }
  }
  account.markThrough(market.open.length, account.cash, 0);
  return {
    ...sums(trades),
    trades: tradeColumns(trades),
    equity: { timeMs: market.markTimeMs, equity: account.equity, position: account.position, price: account.price },
    takerTurnover: turnover.taker,
    makerTurnover: turnover.maker,
    exposure: barsHeld / market.open.length,
    decisions: { traded: trades.length, belowThreshold: entries.belowThreshold, unsized: entries.unsized, ...counts },
    stoppedAtMs: account.stoppedAtMs,
  };
}

function sums(trades: readonly Trade[]): Pick<BacktestResult, 'fees' | 'slippage' | 'funding' | 'grossPnl' | 'netPnl'> {
  const total = { fees: 0, slippage: 0, funding: 0, grossPnl: 0 };
  for (const trade of trades) {
    total.fees += trade.fees;
    total.slippage += trade.slippage;
    total.funding += trade.funding;
    total.grossPnl += trade.grossPnl;
  }
  return { ...total, netPnl: total.grossPnl - total.fees - total.slippage - total.funding };
}
