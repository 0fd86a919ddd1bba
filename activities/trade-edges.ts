/** First and last trade of each day: by them days that were collected apart are checked against one another. */
import type { Table } from '../core/data/table.js';
import { float64Column } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import type { QualityFinding } from '../pipeline/market-source.js';

export interface TradeEdges {
  readonly rows: number;
  /** Null for a day without trades. */
  readonly first: { readonly id: number; readonly timeMs: number } | null;
  readonly last: { readonly id: number; readonly timeMs: number } | null;
}

/** The edges of a day's trades (schema ares.trades, ascending). */
export function tradeEdges(trades: Table): TradeEdges {
  const id = float64Column(trades, 'id');
  const timeMs = float64Column(trades, 'timeMs');
  const at = (row: number): TradeEdges['first'] => (id.length === 0 ? null : { id: id[row] as number, timeMs: timeMs[row] as number });
  return { rows: id.length, first: at(0), last: at(id.length - 1) };
}

/**
 * Findings about days in order: those without trades, and ids that are missing between the last trade of a day and the next one.
 * @throws InvalidData when ids do not rise from day to day
 */
export function checkDays(days: readonly { readonly day: string; readonly edges: TradeEdges }[]): QualityFinding[] {
  const findings: QualityFinding[] = [];
  let last: TradeEdges['last'] = null;
  for (const { day, edges } of days) {
    if (edges.first === null || edges.last === null) {
      findings.push(flagged('empty day', 0, { timeMs: Date.parse(`${day}T00:00:00Z`), detail: `no trade on ${day}` }));
      continue;
    }
    if (last !== null && edges.first.id <= last.id)
      throw new InvalidData(`trades of ${day}: expected ids above ${last.id}, the last one before, found ${edges.first.id}`);
    const missing = last === null ? 0 : edges.first.id - last.id - 1;
    if (missing > 0) {
      findings.push(
        flagged('missing trade ids', missing, { timeMs: edges.first.timeMs, detail: `${missing} ids between the days before and ${day} are nowhere` }),
      );
    }
    last = edges.last;
  }
  return findings;
}

function flagged(check: string, count: number, where: { timeMs: number; detail: string }): QualityFinding {
  return { check, action: 'flagged', count, file: '', line: 0, ...where };
}
