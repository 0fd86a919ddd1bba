/** Triple-barrier labels on closes alone, in the conventions of Lopez de Prado's snippets 3.2 to 3.5: for series without highs and lows. */
import { lowerBound } from '../data/bars.js';

export interface CloseTripleBarrierOptions {
  /** Bars at which something happened, ascending. */
  readonly events: Int32Array;
  /** Volatility target of each event: the unit of the barriers, in simple returns. */
  readonly targets: Float64Array;
  readonly takeProfit: number;
  readonly stopLoss: number;
  /** Time from the event to the vertical barrier, which is the first close at or after it; null = none. */
  readonly holdingMs: number | null;
}

/** One entry an event; touchBar is -1 and the others NaN where the outcome is not known within the series. */
export interface CloseTripleBarrierLabels {
  /** 1, -1, or 0 for the vertical barrier. */
  readonly label: Float64Array;
  /** Simple return from the event's close to the close of touchBar. */
  readonly simpleReturn: Float64Array;
  readonly touchBar: Int32Array;
}

/** The first close whose simple return from the event lies strictly beyond a barrier, else the vertical barrier. */
export function computeCloseTripleBarrier(timeMs: Float64Array, close: Float64Array, options: CloseTripleBarrierOptions): CloseTripleBarrierLabels {
  const { events, targets, takeProfit, stopLoss, holdingMs } = options;
  const label = new Float64Array(events.length).fill(Number.NaN);
  const simpleReturn = new Float64Array(events.length).fill(Number.NaN);
  const touchBar = new Int32Array(events.length).fill(-1);
  for (let i = 0; i < events.length; i++) {
    const event = events[i];
    const vertical = holdingMs === null ? close.length : lowerBound(timeMs, timeMs[event] + holdingMs);
    const upper = takeProfit * targets[i];
    const lower = -stopLoss * targets[i];
    let bar = event + 1;
    const last = Math.min(vertical, close.length - 1);
    const change = (at: number): number => close[at] / close[event] - 1;
    while (bar < last && change(bar) <= upper && change(bar) >= lower) bar++;
    if (bar >= close.length) continue;
    const value = change(bar);
    const isBeyond = value > upper || value < lower;
    if (!isBeyond && bar !== vertical) continue;
    touchBar[i] = bar;
    simpleReturn[i] = value;
    label[i] = isBeyond ? Math.sign(value) : 0;
  }
  return { label, simpleReturn, touchBar };
}
