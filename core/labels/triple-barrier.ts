/** Triple-barrier labels (Lopez de Prado 2018, section 3.4) on bars, with the time at which each outcome is known. */
import type { Bars } from '../data/bars.js';
import { firstTouch } from './first-touch.js';

export interface TripleBarrierOptions {
  /** Distance of the target in units of the row's volatility, above 0. */
  readonly takeProfit: number;
  /** Distance of the stop in the same units, above 0. */
  readonly stopLoss: number;
  /** Time from the row's close to the vertical barrier. */
  readonly holdingMs: number;
  /** 1: the target is above and the stop below (default); -1: the other way round. */
  readonly side?: 1 | -1;
}

/** One row a bar; NaN (and barrier 0) where the outcome is not known within the bars, or the volatility is not known or 0. */
export interface TripleBarrierLabels {
  /** 1 = up (upper barrier first, or a vertical touch with a positive return), 0 = down. */
  readonly label: Float64Array;
  /** 1 upper, -1 lower, 0 vertical. */
  readonly barrier: Int32Array;
  /** Close of the bar that decided, or the vertical barrier's time. */
  readonly labelEndMs: Float64Array;
  /** ln(exit price / close), whatever the side. */
  readonly logReturn: Float64Array;
}

/**
 * The label of each bar, looking from its close at the bars after it: barriers at close x e^(+-distance x volatility), met by
 * highs and lows; a bar that meets both counts for the stop; a zero return at the vertical barrier counts as down. The label of
 * bar t uses bars up to labelEndMs(t), which is at most closeTimeMs(t) + holdingMs.
 */
export function computeTripleBarrier(bars: Bars, volatility: Float64Array, options: TripleBarrierOptions): TripleBarrierLabels {
  const rows = bars.close.length;
  const { takeProfit, stopLoss, holdingMs, side = 1 } = options;
  const up = side === 1 ? takeProfit : stopLoss;
  const down = side === 1 ? stopLoss : takeProfit;
  const label = new Float64Array(rows).fill(Number.NaN);
  const labelEndMs = new Float64Array(rows).fill(Number.NaN);
  const logReturn = new Float64Array(rows).fill(Number.NaN);
  const barrier = new Int32Array(rows);
  for (let t = 0; t < rows; t++) {
    if (!(volatility[t] > 0)) continue;
    const close = bars.close[t];
    const touch = firstTouch(bars, t + 1, {
      upper: close * Math.exp(up * volatility[t]),
      lower: close * Math.exp(-down * volatility[t]),
      stop: side === 1 ? 'lower' : 'upper',
      deadlineMs: bars.closeTimeMs[t] + holdingMs,
    });
    if (touch === null) continue;
    label[t] = touch.barrier === 1 || (touch.barrier === 0 && touch.price > close) ? 1 : 0;
    barrier[t] = touch.barrier;
    labelEndMs[t] = touch.endMs;
    logReturn[t] = Math.log(touch.price / close);
  }
  return { label, barrier, labelEndMs, logReturn };
}
