/** Values of an external series as the table that steps read, each with the time from which it may be used. */
import type { ExternalName } from '../../core/data/external-series.js';
import { EXTERNAL_SERIES } from '../../core/data/external-series.js';
import { makeTable } from '../../core/data/table.js';
import { InvalidData } from '../../core/errors.js';
import type { SeriesRead } from '../../pipeline/market-source.js';
import type { Span } from '../../pipeline/plan.js';
import { finding, requestsFinding } from './findings.js';

export interface TimedValue {
  readonly timeMs: number;
  readonly value: number;
}

/** Times whose values a window can use: from a time to live before it. */
export function externalSpan(external: ExternalName, window: Span): Span {
  return { fromMs: window.fromMs - EXTERNAL_SERIES[external].timeToLiveMs, toMs: window.toMs };
}

/**
 * Schema ares.external out of values in rising time: those of the span that are known before the window's end. Known at: the time plus the
 * publisher's delay (`EXTERNAL_SERIES`). Flagged: none at all, and pauses longer than a value stays good.
 * @throws InvalidData for a value below 0 or none
 */
export function externalTable(external: ExternalName, window: Span, read: { readonly values: readonly TimedValue[]; readonly answers: number }): SeriesRead {
  const { delayMs } = EXTERNAL_SERIES[external];
  const span = externalSpan(external, window);
  const kept = read.values.filter(({ timeMs }) => timeMs >= span.fromMs && timeMs + delayMs < window.toMs);
  const wrong = kept.find(({ value }) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (wrong !== undefined) throw new InvalidData(`${external} of ${wrong.timeMs}: expected a value of at least 0, found ${wrong.value}`);
  const timeMs = Float64Array.from(kept, (row) => row.timeMs);
  const table = makeTable({ timeMs, knownAtMs: timeMs.map((time) => time + delayMs), value: Float64Array.from(kept, (row) => row.value) });
  const count = table.rowCount;
  const findings = [
    finding({ action: count === 0 ? 'flagged' : 'passed', check: external, count, detail: `${count} values of ${external} known in the window` }),
  ];
  const pauses = longPauses(timeMs, span, EXTERNAL_SERIES[external].timeToLiveMs + delayMs);
  if (pauses.length > 0) {
    const detail = `${pauses.length} pauses of ${external} longer than a value stays good; the first begins at timeMs`;
    findings.push(finding({ action: 'flagged', check: 'external gap', count: pauses.length, timeMs: pauses[0] as number, detail }));
  }
  return { table, findings: [...findings, requestsFinding(read.answers, external)] };
}

/** Where pauses of more than `longestMs` begin, the edges of the span included. */
function longPauses(timeMs: Float64Array, span: Span, longestMs: number): number[] {
  const pauses: number[] = [];
  let beforeMs = span.fromMs;
  for (const nextMs of [...timeMs, span.toMs]) {
    if (nextMs - beforeMs > longestMs) pauses.push(beforeMs);
    beforeMs = nextMs;
  }
  return pauses;
}
