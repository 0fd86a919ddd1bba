/** The labels' barriers, as far as the backtest needs them. */

export interface BarrierChoice {
  /** Take-profit distance in units of the volatility of one analyst bar's log return. */
  readonly takeProfit: number;
  /** Stop-loss distance in the same units. */
  readonly stopLoss: number;
  /** Longest holding in analyst bars, counted from the signal. */
  readonly holdingBars: number;
}
