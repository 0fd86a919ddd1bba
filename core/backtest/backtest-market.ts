/** Bars, funding and clock of one span, made ready once so that many parameter sets run over them. */
import type { Bars } from '../data/bars.js';
import { lowerBound, upperBound } from '../data/bars.js';
import type { Table } from '../data/table.js';
import { float64Column } from '../data/table.js';
import { InsufficientData } from '../errors.js';

const DAY_MS = 86_400_000;
/** Funding stamps jitter by up to 15 s after the full minute; the payment belongs to the minute. */
const STAMP_MS = 60_000;

export interface BacktestMarket {
  readonly spot: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  /** Length of an analyst bar: the clock of the equity curve. */
  readonly periodMs: number;
  /** Fine bars within the span. */
  readonly openTimeMs: Float64Array;
  readonly closeTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Base volume of the day before each bar's opening (shorter history is scaled up to a day; NaN without any). */
  readonly dailyVolume: Float64Array;
  /** The clock: fromMs, then each analyst close up to toMs. */
  readonly markTimeMs: Float64Array;
  /** Last fine bar known at each mark; -1 before the first. */
  readonly markBar: Int32Array;
  /** Bar at whose opening each funding stamp is paid, ascending. */
  readonly stampBar: Int32Array;
  readonly stampRate: Float64Array;
  /** Mark price of the stamp; the last close where the source has none. */
  readonly stampPrice: Float64Array;
}

export interface BacktestSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
  readonly market: 'spot' | 'perp';
}

/**
 * The market of a span. Bars before it are read for the trailing volume only, bars after it never.
 * @throws InsufficientData when the span holds no bar
 */
export function prepareMarket(fineBars: Bars, funding: Table, span: BacktestSpan): BacktestMarket {
  const from = lowerBound(fineBars.openTimeMs, span.fromMs);
  const to = upperBound(fineBars.closeTimeMs, span.toMs);
  if (to <= from)
    throw new InsufficientData(
      `no fine bar lies in the backtest's span ${span.fromMs} to ${span.toMs}; found bars ${fineBars.openTimeMs[0]} to ${fineBars.closeTimeMs.at(-1)}`,
    );
  const openTimeMs = fineBars.openTimeMs.subarray(from, to);
  const closeTimeMs = fineBars.closeTimeMs.subarray(from, to);
  const close = fineBars.close.subarray(from, to);
  return {
    spot: span.market === 'spot',
    fromMs: span.fromMs,
    toMs: span.toMs,
    periodMs: span.periodMs,
    openTimeMs,
    closeTimeMs,
    open: fineBars.open.subarray(from, to),
    high: fineBars.high.subarray(from, to),
    low: fineBars.low.subarray(from, to),
    close,
    dailyVolume: trailingDailyVolume(fineBars, from, to),
    ...makeClock(closeTimeMs, span),
    ...placeStamps({ openTimeMs, close }, funding, span),
  };
}

function trailingDailyVolume(bars: Bars, from: number, to: number): Float64Array {
  const out = new Float64Array(to - from);
  let first = 0;
  let sum = 0;
  for (let i = 0; i < to; i++) {
    const now = bars.openTimeMs[i]!;
    while (first < i && bars.openTimeMs[first]! < now - DAY_MS) sum -= bars.volume[first++]!;
    if (i >= from) {
      const covered = first < i ? now - bars.openTimeMs[first]! : 0;
      out[i - from] = covered > 0 ? (Math.max(0, sum) * DAY_MS) / covered : Number.NaN;
    }
    sum += bars.volume[i]!;
  }
  return out;
}

function makeClock(closeTimeMs: Float64Array, span: BacktestSpan): Pick<BacktestMarket, 'markTimeMs' | 'markBar'> {
  const count = Math.floor((span.toMs - span.fromMs) / span.periodMs) + 1;
  const markTimeMs = new Float64Array(count);
  const markBar = new Int32Array(count);
  let bar = -1;
  for (let k = 0; k < count; k++) {
    const time = span.fromMs + k * span.periodMs;
    while (bar + 1 < closeTimeMs.length && closeTimeMs[bar + 1]! <= time) bar++;
    markTimeMs[k] = time;
    markBar[k] = bar;
  }
  return { markTimeMs, markBar };
}

function placeStamps(
  { openTimeMs, close }: Pick<BacktestMarket, 'openTimeMs' | 'close'>,
  funding: Table,
  span: BacktestSpan,
): Pick<BacktestMarket, 'stampBar' | 'stampRate' | 'stampPrice'> {
  const times = float64Column(funding, 'timeMs');
  const rates = float64Column(funding, 'rate');
  const marks = float64Column(funding, 'markPrice');
  const rows: number[] = [];
  const bars: number[] = [];
  for (let i = 0; i < times.length; i++) {
    const minute = Math.floor(times[i]! / STAMP_MS) * STAMP_MS;
    const bar = lowerBound(openTimeMs, minute);
    // A stamp at the first opening finds no position yet, one after the last bar finds none any more.
    if (span.market === 'spot' || minute <= span.fromMs || bar === 0 || bar >= openTimeMs.length) continue;
    rows.push(i);
    bars.push(bar);
  }
  return {
    stampBar: Int32Array.from(bars),
    stampRate: Float64Array.from(rows, (row) => rates[row]!),
    stampPrice: Float64Array.from(rows, (row, k) => (Number.isNaN(marks[row]!) ? close[bars[k]! - 1]! : marks[row]!)),
  };
}
