/** Collection units: runs of UTC days. */
import type { Span } from './plan.js';

const DAY_MS = 86_400_000;

/** UTC days that a window touches, as YYYY-MM-DD. */
export function daysOf(window: Span): readonly string[] {
  const days: string[] = [];
  for (let day = Math.floor(window.fromMs / DAY_MS) * DAY_MS; day < window.toMs; day += DAY_MS) days.push(isoDay(day));
  return days;
}

/**
 * Units `first..last` of at most `segmentDays` days each; a unit writes one artifact a day, so its size changes no artifact. They
 * begin at multiples of segmentDays since 1970: a window that has moved on keeps the units that lie within both.
 */
export function daySegments(window: Span, segmentDays: number): readonly string[] {
  const units: string[][] = [];
  for (const day of daysOf(window)) {
    const isFirst = (Date.parse(`${day}T00:00:00Z`) / DAY_MS) % segmentDays === 0;
    if (isFirst || units.length === 0) units.push([day]);
    else units[units.length - 1]?.push(day);
  }
  return units.map((days) => `${days[0]}..${days[days.length - 1]}`);
}

/** The days of a unit. @throws RangeError on another text. */
export function daysOfSegment(unit: string): readonly string[] {
  return daysOf(spanOfSegment(unit));
}

/** The half-open span of a unit's days. @throws RangeError on another text. */
export function spanOfSegment(unit: string): Span {
  const match = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/.exec(unit);
  if (match === null) throw new RangeError(`expected a unit such as 2024-01-01..2024-01-07, found ${unit}`);
  return { fromMs: Date.parse(`${match[1]}T00:00:00Z`), toMs: Date.parse(`${match[2]}T00:00:00Z`) + DAY_MS };
}

function isoDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
