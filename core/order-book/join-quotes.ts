/** Quote bars beside the bars of trades that close with them. */
import { joinAsOf } from '../data/as-of-join.js';
import { DEPTH_EXTRAS, QUOTE_EXTRAS } from '../data/bar-extras.js';
import type { Bars } from '../data/bars.js';
import type { Table } from '../data/table.js';
import { float64Column } from '../data/table.js';

/**
 * The bars with the columns of makeQuoteBars (schema ares.quotes, ascending) as extras, matched by closeTimeMs: a bar knows the quotes
 * before its close and none at or after it. NaN where no quote bar closes with a bar. The depths are joined where the table has them.
 * @throws TypeError on a missing column
 */
export function joinQuotes(bars: Bars, quotes: Table): Bars {
  const timeMs = float64Column(quotes, 'closeTimeMs');
  const names = [...QUOTE_EXTRAS, ...DEPTH_EXTRAS.filter((name) => name in quotes.columns)];
  const columns = names.map((name) => [name, joinAsOf(bars.closeTimeMs, { timeMs, knownAtMs: timeMs, value: float64Column(quotes, name) }, 0)]);
  return { ...bars, extras: { ...bars.extras, ...(Object.fromEntries(columns) as Record<string, Float64Array>) } };
}
