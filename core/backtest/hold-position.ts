/** One position from its entry to its exit: funding, barriers, limits, and the marks on the way. */
import { upperBound } from '../data/bars.js';
import type { Account } from './account.js';
import type { BacktestMarket } from './backtest-market.js';
import type { ExitReason } from './backtest-result.js';
import type { BacktestSettings } from './backtest-settings.js';
import type { Trade } from './trade-log.js';
import { makerFee, slippageRate, takerFee } from './trading-costs.js';

export interface Order {
  /** Bar at whose opening the entry fills. */
  readonly bar: number;
  /** 1 long, -1 short. */
  readonly side: number;
  /** Fraction of the capital. */
  readonly size: number;
  readonly volatility: number;
  /** The position is closed at the first opening at or after this time. */
  readonly deadlineMs: number;
  readonly decision: number;
}

export interface HeldPosition {
  readonly trade: Trade;
  /** First bar at whose opening the next position may begin. */
  readonly freeFrom: number;
  readonly takerNotional: number;
  readonly makerNotional: number;
}

interface Exit {
  readonly bar: number;
  readonly price: number;
  readonly reason: ExitReason;
  readonly timeMs: number;
  /** False when the position was left at the bar's opening. */
  readonly inside: boolean;
  readonly funding: number;
}

/** Where positions are held: prices, the account they change, and the rules. */
export interface Desk {
  readonly market: BacktestMarket;
  readonly account: Account;
  readonly settings: BacktestSettings;
}

/** Opens, holds and closes one position; the account's cash and marks are up to date afterwards. */
export function holdPosition(desk: Desk, order: Order): HeldPosition {
  const { market, account, settings } = desk;
  const entryPrice = market.open[order.bar]!;
  const capital = settings.capital === 'compounding' ? account.cash : 1;
  const quantity = (order.size * capital) / entryPrice;
  account.markThrough(order.bar - 1, account.cash, 0);
  const entryNotional = quantity * entryPrice;
  const slippageIn = entryNotional * slippageRate(market, settings.costs, { bar: order.bar, quantity, volatility: order.volatility });
  const feeIn = entryNotional * takerFee(settings.costs);
  account.beginBar(order.bar);
  account.cash -= slippageIn + feeIn;

  const exit = findExit(desk, { ...order, quantity });
  const exitNotional = quantity * exit.price;
  const maker = exit.reason === 'take-profit';
  const slippageOut = maker ? 0 : exitNotional * slippageRate(market, settings.costs, { bar: exit.bar, quantity, volatility: order.volatility });
  const feeOut = exitNotional * (maker ? makerFee(settings.costs) : takerFee(settings.costs));
  const grossPnl = order.side * quantity * (exit.price - entryPrice);
  account.cash += grossPnl - exit.funding - slippageOut - feeOut;
  if (exit.inside) {
    account.markThrough(exit.bar, account.cash, 0);
    account.checkLimits(exit.bar, account.cash);
  } else account.checkLimits(exit.bar - 1, account.cash);
  return {
    trade: {
      entryTimeMs: market.openTimeMs[order.bar]!,
      exitTimeMs: exit.timeMs,
      side: order.side,
      entryPrice,
      exitPrice: exit.price,
      quantity,
      grossPnl,
      fees: feeIn + feeOut,
      slippage: slippageIn + slippageOut,
      funding: exit.funding,
      exitReason: exit.reason,
      decision: order.decision,
    },
    freeFrom: exit.inside ? exit.bar + 1 : exit.bar,
    takerNotional: entryNotional + (maker ? 0 : exitNotional),
    makerNotional: maker ? exitNotional : 0,
  };
}

/** Walks the bars until the position is left. Cash stays as it was after the entry; equity = cash + open profit - funding. */
function findExit({ market, account, settings }: Desk, order: Order & { quantity: number }): Exit {
  const { open, high, low, close, openTimeMs, closeTimeMs } = market;
  const { side, quantity } = order;
  const entryPrice = open[order.bar]!;
  const { risk } = settings.parameters;
  const stop = entryPrice * Math.exp(-side * settings.barriers.stopLoss * risk.stopLossScale * order.volatility);
  const target = entryPrice * Math.exp(side * settings.barriers.takeProfit * risk.takeProfitScale * order.volatility);
  let stamp = upperBound(market.stampBar, order.bar);
  let funding = 0;
  let limit: ExitReason | null = null;
  for (let bar = order.bar; ; bar++) {
    while (stamp < market.stampBar.length && market.stampBar[stamp] === bar) {
      funding += side * quantity * market.stampPrice[stamp]! * market.stampRate[stamp]!;
      stamp++;
    }
    const opening = open[bar]!;
    if (limit !== null || openTimeMs[bar]! >= order.deadlineMs) {
      return { bar, price: opening, reason: limit ?? 'holding-period', timeMs: openTimeMs[bar]!, inside: false, funding };
    }
    account.beginBar(bar);
    const timeMs = closeTimeMs[bar]!;
    if (side > 0 ? low[bar]! <= stop : high[bar]! >= stop) {
      return { bar, price: side > 0 ? Math.min(opening, stop) : Math.max(opening, stop), reason: 'stop-loss', timeMs, inside: true, funding };
    }
    if (side > 0 ? high[bar]! >= target : low[bar]! <= target) {
      return { bar, price: side > 0 ? Math.max(opening, target) : Math.min(opening, target), reason: 'take-profit', timeMs, inside: true, funding };
    }
    if (bar === open.length - 1) return { bar, price: close[bar]!, reason: 'end-of-data', timeMs, inside: true, funding };
    const equity = account.cash + side * quantity * (close[bar]! - entryPrice) - funding;
    account.markThrough(bar, equity, side * quantity);
    if (account.checkLimits(bar, equity)) limit = account.stoppedAtMs === null ? 'daily-loss-limit' : 'drawdown-limit';
  }
}
