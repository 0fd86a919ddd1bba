/** Spans and times as people type them. */
import { CommandFailure, EXIT_CODES } from './exit-codes.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a span such as 90s, 30m, 12h or 1d. @throws CommandFailure (bad input) that names the flag */
export function readDuration(flag: string, text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit ?? ''];
  if (count === undefined || unitMs === undefined)
    throw new CommandFailure(EXIT_CODES.badInput, `${flag}: expected a span such as 90s, 30m, 12h or 1d, found ${JSON.stringify(text)}`);
  return Number(count) * unitMs;
}

/** The time of an ISO 8601 date or time; UTC where it names no zone. @throws CommandFailure (bad input) that names the flag */
export function readTime(flag: string, text: string): Date {
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text) || !text.includes('T');
  const time = new Date(hasZone ? text : `${text}Z`);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(time.getTime()))
    throw new CommandFailure(EXIT_CODES.badInput, `${flag}: expected an ISO 8601 date or time, found ${JSON.stringify(text)}`);
  return time;
}
