/** What the trained chain says, one row a possible entry: the only thing that the backtest and a live trader read. */

export interface Decisions {
  /** Close of the analyst bar that gave the signal. */
  readonly signalTimeMs: Float64Array;
  /** Time from which an order may be sent: all that the row holds is known by then. Ascending. */
  readonly entryTimeMs: Float64Array;
  /** 1 long, -1 short: the analyst's likelier side. */
  readonly side: Int32Array;
  /** Calibrated P(up) of the analyst. */
  readonly analyst: Float64Array;
  /** Calibrated P(following the signal with this entry succeeds) of the tactician. */
  readonly tactician: Float64Array;
  /** P(up) of the pooled single model, raw. */
  readonly pooled: Float64Array;
  /** Standard deviation of the log return over one analyst bar: the unit of the barriers. */
  readonly volatility: Float64Array;
  /** Filtered regime probabilities at the signal, in the order of REGIMES: [rows x 4], row-major. */
  readonly regimes: Float64Array;
}
