/** Calendar months of UTC: the partitions of the minute bars. They are fixed by the data, so no setting changes an artifact. */
import type { Span } from './plan.js';

/** Months that a span touches, as YYYY-MM, ascending. */
export function monthsOf(span: Span): readonly string[] {
  const months: string[] = [];
  for (let fromMs = span.fromMs; fromMs < span.toMs; fromMs = spanOfMonth(monthOf(fromMs)).toMs) months.push(monthOf(fromMs));
  return months;
}

/** The month of a time, as YYYY-MM. */
export function monthOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 7);
}

/** The half-open span of a month. @throws RangeError on another text than YYYY-MM */
export function spanOfMonth(month: string): Span {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new RangeError(`expected a month such as 2024-01, found ${month}`);
  const begin = new Date(`${month}-01T00:00:00Z`);
  return { fromMs: begin.getTime(), toMs: Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + 1, 1) };
}
