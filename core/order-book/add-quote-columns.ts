/** Quote bars beside the bars of trades that close with them. */
import type { BarExtraName } from '../data/bar-extras.js';
import type { Bars } from '../data/bars.js';
import type { Table } from '../data/table.js';
import { joinAsOf } from '../data/as-of-join.js';
import { float64Column } from '../data/table.js';

const QUOTE_EXTRAS = [
  'bid',
  'ask',
  'bidQuantity',
  'askQuantity',
  'quotedSpread',
  'orderFlowImbalance',
  'quoteUpdates',
  'bidDepth',
  'askDepth',
] as const satisfies readonly BarExtraName[];

/**
 * The bars with the columns of makeQuoteBars as extras, matched by closeTimeMs; NaN where no quote bar closes with a bar.
 * @throws TypeError on a missing column
 */
export function addQuoteColumns(bars: Bars, quotes: Table): Bars {
  const timeMs = float64Column(quotes, 'closeTimeMs');
  const columns = QUOTE_EXTRAS.map((name) => [name, joinAsOf(bars.closeTimeMs, { timeMs, knownAtMs: timeMs, value: float64Column(quotes, name) }, 0)]);
  return { ...bars, extras: { ...bars.extras, ...(Object.fromEntries(columns) as Record<string, Float64Array>) } };
}
