/** What a day of trades leaves beside its table: its edges, by which days collected apart are checked against one another, and its checks. */
import type { Table } from '../core/data/table.js';
import { float64Column } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import type { QualityFinding } from '../pipeline/market-source.js';

export interface TradeDaySummary {
  readonly rows: number;
  /** Null for a day without trades. */
  readonly first: { readonly id: number; readonly timeMs: number } | null;
  readonly last: { readonly id: number; readonly timeMs: number } | null;
  /** How many rows each check passed, repaired or flagged. */
  readonly checks: readonly Pick<QualityFinding, 'check' | 'action' | 'count'>[];
}

/** The summary of a day's trades (schema ares.trades, ascending) and of what was found in them. */
export function summarizeTradeDay(trades: Table, findings: readonly QualityFinding[]): TradeDaySummary {
  const id = float64Column(trades, 'id');
  const timeMs = float64Column(trades, 'timeMs');
  const at = (row: number): TradeDaySummary['first'] => (id.length === 0 ? null : { id: id[row] as number, timeMs: timeMs[row] as number });
  const checks = findings.map(({ check, action, count }) => ({ check, action, count }));
  return { rows: id.length, first: at(0), last: at(id.length - 1), checks };
}

/**
 * Findings about days in order: those without trades, ids that are missing between the last trade of a day and the next one, and one
 * row a check and action over all days.
 * @throws InvalidData when ids do not rise from day to day
 */
export function checkDays(days: readonly { readonly day: string; readonly summary: TradeDaySummary }[]): QualityFinding[] {
  const findings: QualityFinding[] = [];
  let last: TradeDaySummary['last'] = null;
  for (const { day, summary } of days) {
    if (summary.first === null || summary.last === null) {
      findings.push(finding('empty day', 'flagged', { count: 1, timeMs: Date.parse(`${day}T00:00:00Z`), detail: `no trade on ${day}` }));
      continue;
    }
    if (last !== null && summary.first.id <= last.id) {
      throw new InvalidData(`trades of ${day}: expected ids above ${last.id}, the last one before, found ${summary.first.id}`);
    }
    const missing = last === null ? 0 : summary.first.id - last.id - 1;
    if (missing > 0) {
      const detail = `${missing} ids between the days before and ${day} are nowhere`;
      findings.push(finding('missing trade ids', 'flagged', { count: missing, timeMs: summary.first.timeMs, detail }));
    }
    last = summary.last;
  }
  return [...findings, ...sumChecks(days)];
}

function sumChecks(days: readonly { readonly day: string; readonly summary: TradeDaySummary }[]): QualityFinding[] {
  const sums = new Map<string, { check: string; action: QualityFinding['action']; count: number; days: string[] }>();
  for (const { day, summary } of days) {
    for (const { check, action, count } of summary.checks) {
      // A day without trades has been told already.
      if (check === 'empty day') continue;
      const sum = sums.get(`${check} ${action}`) ?? { check, action, count: 0, days: [] };
      sum.count += count;
      sum.days.push(day);
      sums.set(`${check} ${action}`, sum);
    }
  }
  return [...sums.values()].map(({ check, action, count, days: seen }) =>
    finding(check, action, { count, timeMs: Number.NaN, detail: `over ${seen.length} days, first ${seen[0]}; quality/<day> has the places` }),
  );
}

function finding(check: string, action: QualityFinding['action'], of: { count: number; timeMs: number; detail: string }): QualityFinding {
  return { check, action, file: '', line: 0, ...of };
}
