/** How much finished work was done again after a fault, counted from the side log. */
import type { LoggedEntry } from './fault-lane.js';
import { CHECKPOINT_MS } from './fault-spec.js';

/** Writing a checkpoint takes its time too: what was finished just before the interval ended may still be on its way. */
const WRITING_MS = 1000;

export interface Redone {
  /** What was in flight and how much of it was done again. */
  readonly text: string;
  readonly problems: readonly string[];
}

export interface FaultSpan {
  /** When the fault struck. */
  readonly fromMs: number;
  /** When it was over: starts before that are attempts that the fault itself undid. Default: at once. */
  readonly overMs?: number;
  /** When the next fault of the same run struck; default: none did. */
  readonly toMs?: number;
}

/** What finished units and parts were started again between a fault and the next. */
export function redoneWork(log: readonly LoggedEntry[], { fromMs, overMs = fromMs, toMs = Number.POSITIVE_INFINITY }: FaultSpan): Redone {
  const before = log.filter((entry) => entry.timeMs <= fromMs);
  const after = log.filter((entry) => entry.timeMs > overMs && entry.timeMs <= toMs);
  const problems: string[] = [];
  const done = new Set(before.filter((entry) => entry.event === 'done').map((entry) => entry.key));
  for (const { step, unit, key } of after.filter((entry) => entry.event === 'start' && done.has(entry.key)))
    problems.push(`${step} ${unit ?? ''} was done and was computed again (${key.slice(0, 8)})`);
  const inFlight = before.filter(
    (entry, i) => entry.event === 'start' && !done.has(entry.key) && before.findLastIndex((e) => e.key === entry.key && e.event === 'start') === i,
  );
  const texts = inFlight.map((started) => redoneOf(started, { before, after, fromMs, problems }));
  return { text: texts.filter((text) => text !== '').join('; ') || 'nothing', problems };
}

interface Around {
  readonly before: readonly LoggedEntry[];
  readonly after: readonly LoggedEntry[];
  readonly fromMs: number;
  readonly problems: string[];
}

function redoneOf({ step, unit, key, timeMs }: LoggedEntry, { before, after, fromMs, problems }: Around): string {
  const starts = after.filter((entry) => entry.event === 'start' && entry.key === key).length;
  // Its manifest was there already: only the line that says so was lost.
  if (starts === 0) return '';
  const name = unit === null ? step : `${step} ${unit}`;
  if (starts > 1) problems.push(`${name} was started ${starts} times after one fault`);
  const partsBefore = new Map(before.filter((entry) => entry.event === 'part' && entry.key === key).map((entry) => [entry.part, entry.timeMs]));
  const partsAfter = new Set(after.filter((entry) => entry.event === 'part' && entry.key === key).map((entry) => entry.part));
  const repeated = [...partsBefore].filter(([part]) => partsAfter.has(part));
  const keptMs = [...partsBefore].filter(([part]) => !partsAfter.has(part)).map(([, time]) => time);
  const lostMs = fromMs - Math.max(timeMs, ...keptMs);
  // Counted in work: waiting for a store that does not answer costs nothing more.
  const agesMs = repeated.map(([, time]) => Math.max(...partsBefore.values()) - time);
  const oldestMs = Math.max(0, ...agesMs);
  if (oldestMs > CHECKPOINT_MS + WRITING_MS)
    problems.push(`${name}: ${repeated.length} finished parts were computed again, the oldest done ${oldestMs} ms before the newest`);
  const parts = partsBefore.size === 0 ? '1 unit' : `${repeated.length} of ${partsBefore.size} parts`;
  return `${name} ${(lostMs / 1000).toFixed(1)} s, ${parts}`;
}
