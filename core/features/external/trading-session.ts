/** Whose business hours the time from a bar's close on lies in, and whether it is the week end (Baur, Cahill, Godfrey and Liu 2019). */
import type { Feature } from '../feature.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The epoch was a Thursday. */
const THURSDAY = 4;

/** 1 from `fromHour` up to `toHour` UTC, else 0. */
export function inSession(timeMs: number, fromHour: number, toHour: number): number {
  const hour = (timeMs % DAY_MS) / HOUR_MS;
  return hour >= fromHour && hour < toHour ? 1 : 0;
}

/** 1 on Saturday and Sunday UTC, else 0. */
export function isWeekend(timeMs: number): number {
  const day = (Math.floor(timeMs / DAY_MS) + THURSDAY) % 7;
  return day === 0 || day === 6 ? 1 : 0;
}

const entry = (name: string, flag: (timeMs: number) => number): Feature => ({
  name,
  inputs: ['closeTimeMs'],
  warmUp: 0,
  range: [0, 1],
  source: 'Baur, Cahill, Godfrey and Liu 2019',
  set: 'all',
  compute: (bars) => bars.closeTimeMs.map(flag),
});

export const tradingSessionFeatures: readonly Feature[] = [
  entry('session_asia', (timeMs) => inSession(timeMs, 0, 8)),
  entry('session_europe', (timeMs) => inSession(timeMs, 7, 16)),
  entry('session_america', (timeMs) => inSession(timeMs, 13, 22)),
  entry('weekend', isWeekend),
];
