/** What a fill costs: fee, half-spread and square-root impact. */
import type { BacktestMarket } from './backtest-market.js';

const DAY_MS = 86_400_000;
const BPS = 1e-4;

export interface TradingCosts {
  readonly takerFeeBps: number;
  readonly makerFeeBps: number;
  readonly halfSpreadBps: number;
  /** Impact as a fraction of price: coefficient x daily volatility x sqrt(quantity / daily volume). */
  readonly impactCoefficient: number;
}

/** No cost at all, funding apart. */
export const ZERO_COSTS: TradingCosts = Object.freeze({ takerFeeBps: 0, makerFeeBps: 0, halfSpreadBps: 0, impactCoefficient: 0 });

/** Initial capital in quote currency: it turns fractions of capital into quantities for the impact. */
export const INITIAL_CAPITAL = 100_000;

/**
 * Slippage of a market order as a fraction of the price: half-spread plus impact. `quantity` is in base units for one unit
 * of capital; `volatility` is the log return's deviation over one analyst bar. An order larger than a day's volume, or
 * without a known volume, counts as the whole day's volume. Source: Almgren et al. (2005), Toth et al. (2011).
 */
export function slippageRate(market: BacktestMarket, costs: TradingCosts, order: { bar: number; quantity: number; volatility: number }): number {
  const halfSpread = costs.halfSpreadBps * BPS;
  if (costs.impactCoefficient === 0) return halfSpread;
  const dailyVolatility = order.volatility * Math.sqrt(DAY_MS / market.periodMs);
  const share = (Math.abs(order.quantity) * INITIAL_CAPITAL) / market.dailyVolume[order.bar]!;
  return halfSpread + costs.impactCoefficient * dailyVolatility * Math.sqrt(Math.min(share, 1));
}

/** The taker's fee as a fraction of the notional. */
export function takerFee(costs: TradingCosts): number {
  return costs.takerFeeBps * BPS;
}

/** The maker's fee as a fraction of the notional. */
export function makerFee(costs: TradingCosts): number {
  return costs.makerFeeBps * BPS;
}
