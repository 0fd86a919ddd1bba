/** What is missing: bars against their grid, trades against their ids. */

export interface Gap {
  /** Row after which rows are missing; -1 = before the first. */
  readonly afterRow: number;
  /** Missing bars, or ids. */
  readonly missing: number;
  /** Missing time [fromMs, toMs): bars begin in it, or trades lie between these times. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Bars missing from a grid of `periodMs` between the first and the last bar, and to the window's ends where one is given. Times
 * ascend strictly; a part of a period is no missing bar.
 */
export function findTimeGaps(openTimeMs: Float64Array, periodMs: number, window?: { readonly fromMs: number; readonly toMs: number }): readonly Gap[] {
  const n = openTimeMs.length;
  const gaps: Gap[] = [];
  const add = (afterRow: number, fromMs: number, toMs: number): void => {
    const missing = Math.floor((toMs - fromMs) / periodMs);
    if (missing > 0) gaps.push({ afterRow, missing, fromMs, toMs });
  };
  if (n === 0) {
    if (window !== undefined) add(-1, window.fromMs, window.toMs);
    return gaps;
  }
  if (window !== undefined) add(-1, window.fromMs, openTimeMs[0]);
  for (let i = 1; i < n; i++) add(i - 1, openTimeMs[i - 1] + periodMs, openTimeMs[i]);
  if (window !== undefined) add(n - 1, openTimeMs[n - 1] + periodMs, window.toMs);
  return gaps;
}

/** Ids missing between trades whose ids ascend strictly; `lastId` is the id before the first row, NaN where it is not known. */
export function findIdGaps(ids: Float64Array, timeMs: Float64Array, lastId = Number.NaN): readonly Gap[] {
  const gaps: Gap[] = [];
  let before = lastId;
  for (let i = 0; i < ids.length; i++) {
    const missing = ids[i] - before - 1;
    if (missing > 0) gaps.push({ afterRow: i - 1, missing, fromMs: i > 0 ? timeMs[i - 1] : timeMs[i], toMs: timeMs[i] });
    before = ids[i];
  }
  return gaps;
}

/** UTC days (YYYY-MM-DD) that the gaps touch, ascending, each once: what a repair fetches again. */
export function daysOfGaps(gaps: readonly Gap[]): readonly string[] {
  const days = new Set<string>();
  for (const { fromMs, toMs } of gaps) {
    const lastMs = Math.max(fromMs, toMs - 1);
    for (let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS; dayMs <= lastMs; dayMs += DAY_MS) days.add(new Date(dayMs).toISOString().slice(0, 10));
  }
  return [...days].sort();
}

const DAY_MS = 86_400_000;
