/** Best quotes, external series and other assets as columns of minute bars: every later step reads them there, as they were known. */
import { PAIR_CLOSE } from '../core/data/bar-extras.js';
import type { Bars } from '../core/data/bars.js';
import { barsFromTable } from '../core/data/bars.js';
import { EXTERNAL_SERIES } from '../core/data/external-series.js';
import { joinExternal, joinPair } from '../core/data/join-extras.js';
import { concatTables, float64Column } from '../core/data/table.js';
import { joinQuotes } from '../core/order-book/join-quotes.js';
import type { StepContext } from '../pipeline/step.js';
import type { MarketRegimeClassificationParameters } from '../pipeline/steps/market-regime-classification.js';

/** Bars of any part of the window with the further columns. */
export type JoinSeries = (bars: Bars) => Bars;

/**
 * Reads the series of the run and its best quotes, once for all parts; of another asset its closes and volumes are kept. Those that the bars have (`present`
 * by name) are not read: the bars of a walk-forward window have them already.
 */
export async function readJoinedSeries(context: StepContext<MarketRegimeClassificationParameters>, present: readonly string[]): Promise<JoinSeries> {
  const { inputs, parameters } = context;
  const joins: JoinSeries[] = [];
  const days = present.includes('bid') ? [] : inputs.names('data-collection', 'quotes/');
  if (days.length > 0) {
    const quotes = concatTables(await Promise.all(days.map(async (day) => inputs.table('data-collection', day, 'ares.quotes'))));
    joins.push((bars) => joinQuotes(bars, quotes));
  }
  for (const name of parameters.external) {
    if (present.includes(EXTERNAL_SERIES[name].extra)) continue;
    const table = await inputs.table('data-collection', `external/${name}`, 'ares.external');
    const series = { timeMs: float64Column(table, 'timeMs'), knownAtMs: float64Column(table, 'knownAtMs'), value: float64Column(table, 'value') };
    joins.push((bars) => joinExternal(bars, name, series));
  }
  for (const symbol of parameters.pairs) {
    if (present.includes(PAIR_CLOSE + symbol)) continue;
    const { closeTimeMs, close, volume } = barsFromTable(await inputs.table('data-collection', `pairs/${symbol}`, 'ares.bars'));
    joins.push((bars) => joinPair(bars, symbol, { closeTimeMs, close, volume }));
  }
  return (bars) => joins.reduce((joined, join) => join(joined), bars);
}
