/** Step 2's minute bars, made and written a calendar month at a time: no more than a month of them is held. */
import type { Bars } from '../core/data/bars.js';
import { barCount, barsKnownBy, barsToTable, sliceBars } from '../core/data/bars.js';
import { concatBars } from '../core/data/concat-bars.js';
import { resampleBars } from '../core/data/resample-bars.js';
import { resamplePart } from '../core/data/resample-part.js';
import { checkpointWithin } from '../pipeline/checkpoint.js';
import type { QualityFinding } from '../pipeline/market-source.js';
import { monthsOf, spanOfMonth } from '../pipeline/months.js';
import type { Span } from '../pipeline/plan.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { MarketRegimeClassificationParameters } from '../pipeline/steps/market-regime-classification.js';
import type { CompletedBars, CompletionState } from './complete-bars.js';
import { completeBars, completionFindings } from './complete-bars.js';
import { openCollectedBars } from './collected-bars.js';
import type { CollectedBars } from './collected-bars.js';
import { fineBarsName } from './fine-bars.js';
import { readJoinedSeries } from './joined-series.js';
import type { JoinSeries } from './joined-series.js';
import { mergeMonthFindings } from './month-findings.js';
import type { MonthFindings } from './month-findings.js';
import { assessBars } from './quality-report.js';

/** Bars before a month that its checks look back on: more than any of their windows. */
const LEAD_BARS = 200;

type Context = StepContext<MarketRegimeClassificationParameters>;

/** What a month leaves for the next one: a few hundred bars. */
interface Carry {
  readonly completion: CompletionState | null;
  /** Bars of the analyst bar that goes on. */
  readonly fine: Bars | null;
  /** The last bars that quality was told of. */
  readonly lead: Bars | null;
}

interface Month {
  readonly carry: Carry;
  /** Analyst bars that ended. */
  readonly bars: Bars;
  /** Null where the month holds nothing that may be told of. */
  readonly findings: MonthFindings | null;
  readonly rows: number;
}

export interface FineMonths {
  /** Analyst bars of the whole window. */
  readonly bars: Bars;
  /** Of the minute bars known by `reportUntilMs`. */
  readonly findings: readonly QualityFinding[];
  /** Minute bars as collected. */
  readonly rows: number;
}

interface Sources {
  readonly collected: CollectedBars;
  readonly join: JoinSeries;
}

/**
 * Writes `bars-fine/<month>` for each month of the window. Months are worked off in order, each taking up what the one before left,
 * so that their rows are those of the whole window made at once, to the bit.
 * @throws InvalidData when collected bars are out of order or cross a minute
 */
export async function writeFineMonths(context: Context): Promise<FineMonths> {
  const { window, periodMs } = context.parameters;
  const collected = await openCollectedBars(context);
  const sources = { collected, join: await readJoinedSeries(context, collected.extras) };
  const months = monthsOf(window);
  const coarse: Bars[] = [];
  const findings: MonthFindings[] = [];
  let rows = 0;
  let carry: Carry = { completion: null, fine: null, lead: null };
  for (const [i, month] of months.entries()) {
    context.signal.throwIfAborted();
    const before = carry;
    const make = async (): Promise<Month> => makeMonth(context, month, { ...sources, before });
    // A month of trades is a part, with its table; bars that were collected as such are cut faster than a part is read back.
    const made = collected.isTrades ? await context.checkpoint.once(`bars of ${month}`, make, [fineBarsName(month)]) : await make();
    carry = made.carry;
    rows += made.rows;
    coarse.push(made.bars);
    if (made.findings !== null) findings.push(made.findings);
    context.progress((0.5 * (i + 1)) / months.length, `bars of ${month}`);
  }
  if (carry.fine !== null) coarse.push(resampleBars(carry.fine, periodMs, window.toMs));
  return { bars: concatBars(coarse), findings: mergeMonthFindings(findings), rows };
}

async function makeMonth(context: Context, month: string, from: Sources & { readonly before: Carry }): Promise<Month> {
  const { window, finePeriodMs, periodMs, imputation } = context.parameters;
  const { collected, join, before } = from;
  const whole = spanOfMonth(month);
  const span = { fromMs: Math.max(whole.fromMs, window.fromMs), toMs: Math.min(whole.toMs, window.toMs) };
  const rows = await collected.month(span, checkpointWithin(context.checkpoint, `bars of ${month}`));
  const found = resampleBars(rows, finePeriodMs, window.toMs);
  const nextOpenMs = imputation.method === 'none' ? null : await collected.openAfter(span.toMs);
  const complete = completeBars(found, { periodMs: finePeriodMs, imputation, part: { ...span, before: before.completion, nextOpenMs } });
  const fine = await join(complete.bars);
  await context.outputs.table(fineBarsName(month), 'ares.bars', barsToTable(fine));
  const resampled = resamplePart(fine, periodMs, before.fine);
  const told = assessMonth(context, { month, span, found, complete, nextOpenMs, lead: before.lead });
  return {
    carry: { completion: complete.after, fine: resampled.carry, lead: told.lead },
    bars: resampled.bars,
    findings: told.findings,
    rows: barCount(rows),
  };
}

interface MonthToTell {
  readonly month: string;
  readonly span: Span;
  readonly found: Bars;
  readonly complete: CompletedBars;
  readonly nextOpenMs: number | null;
  readonly lead: Bars | null;
}

/** What may be told of a month: of bars known by `reportUntilMs`, and of filled ones only where the bar that ends their gap is. */
function assessMonth(context: Context, of: MonthToTell): { readonly findings: MonthFindings | null; readonly lead: Bars | null } {
  const { finePeriodMs: periodMs, reportUntilMs, imputation } = context.parameters;
  const found = barsKnownBy(of.found, reportUntilMs);
  const isGapEnded = of.nextOpenMs !== null && of.nextOpenMs + periodMs <= reportUntilMs;
  const untilMs = isGapEnded ? reportUntilMs : (found.closeTimeMs.at(-1) ?? Number.NEGATIVE_INFINITY);
  const bars = withoutSeries(barsKnownBy(of.complete.bars, untilMs));
  const count = barCount(bars);
  if (count === 0) return { findings: null, lead: of.lead };
  const known = { bars, repairedMs: of.complete.repairedMs.filter((timeMs) => timeMs <= untilMs) };
  const done = completionFindings(found, known, imputation.method);
  const lead = of.lead === null ? 0 : barCount(of.lead);
  const all = of.lead === null ? bars : concatBars([of.lead, bars]);
  const own = assessBars(all, { periodMs, reported: done, lead });
  const last = concatBars([sliceBars(all, Math.max(0, lead + count - LEAD_BARS), lead + count)]);
  return { findings: { month: of.month, findings: [...done, ...own] }, lead: last };
}

/** The columns that checks look at. */
function withoutSeries(bars: Bars): Bars {
  const { imputed } = bars.extras;
  return { ...bars, extras: imputed === undefined ? {} : { imputed } };
}
