/** A stretch of quotes without a hole, reduced to bars, and the table of a day put together of such stretches. */
import type { Table } from '../../core/data/table.js';
import { concatTables, float64Column, makeTable } from '../../core/data/table.js';
import { InvalidData } from '../../core/errors.js';
import { makeQuoteBars } from '../../core/order-book/quote-bars.js';
import type { DayOfQuotes, QualityFinding, TradeDay } from '../../pipeline/market-source.js';
import { finding, isoTime } from '../market-files/findings.js';

export interface QuotePiece {
  /** Columns of makeQuoteBars. */
  readonly table: Table;
  readonly findings: readonly QualityFinding[];
}

/**
 * The day's table (schema ares.quotes; with depths where `hasDepth`) out of pieces in order of time; bars that no piece holds are told as
 * `quotes missing`.
 * @throws InvalidData when two pieces hold the same bar
 */
export function dayOfPieces(day: TradeDay, pieces: readonly QuotePiece[], options: { readonly periodMs: number; readonly hasDepth: boolean }): DayOfQuotes {
  // Of no piece: the columns, without rows.
  const whole = concatTables(pieces.length > 0 ? pieces.map(({ table }) => table) : [makeQuoteBars(options).finish()]);
  const { bidDepth: _bidDepth, askDepth: _askDepth, ...quoted } = whole.columns;
  const table = options.hasDepth ? whole : makeTable(quoted);
  const openTimeMs = float64Column(table, 'openTimeMs');
  for (let row = 1; row < openTimeMs.length; row++) {
    if ((openTimeMs[row] as number) > (openTimeMs[row - 1] as number)) continue;
    throw new InvalidData(`quotes of ${day.day}: expected files that do not overlap, found the bar of ${isoTime(openTimeMs[row] as number)} in two`);
  }
  const findings = pieces.flatMap((piece) => piece.findings);
  const expected = Math.floor(day.toMs / options.periodMs) - Math.ceil(day.fromMs / options.periodMs);
  const missing = float64Column(table, 'bid').reduce((count, bid) => count - (Number.isNaN(bid) ? 0 : 1), expected);
  const detail = `${missing} of ${expected} bars of ${day.day} have no quote`;
  if (missing > 0) findings.push(finding({ action: 'flagged', check: 'quotes missing', count: missing, timeMs: day.fromMs, detail }));
  return { day: day.day, table, findings };
}
