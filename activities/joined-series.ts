/** Best quotes, external series and other assets as columns of minute bars: every later step reads them there, as they were known. */
import { PAIR_CLOSE } from '../core/data/bar-extras.js';
import type { Bars } from '../core/data/bars.js';
import { barsFromTable } from '../core/data/bars.js';
import { EXTERNAL_SERIES } from '../core/data/external-series.js';
import { joinExternal, joinPair } from '../core/data/join-extras.js';
import type { Table } from '../core/data/table.js';
import { concatTables, float64Column } from '../core/data/table.js';
import { joinQuotes } from '../core/order-book/join-quotes.js';
import type { StepContext, StepInputs } from '../pipeline/step-context.js';
import type { MarketRegimeClassificationParameters } from '../pipeline/steps/market-regime-classification.js';

/** Bars of any part of the window with the further columns. */
export type JoinSeries = (bars: Bars) => Promise<Bars>;

const QUOTES = 'quotes/';

/**
 * Reads the series of the run, once for all parts; of another asset its closes and volumes are kept. Best quotes, a row a minute with nine
 * columns, are read part by part. Those that the bars have (`present` by name) are not read: the bars of a walk-forward window have them already.
 */
export async function readJoinedSeries(context: StepContext<MarketRegimeClassificationParameters>, present: readonly string[]): Promise<JoinSeries> {
  const { inputs, parameters } = context;
  const joins: JoinSeries[] = [];
  const days = present.includes('bid') ? [] : inputs.names('data-collection', QUOTES);
  if (days.length > 0) joins.push(async (bars) => joinQuotes(bars, await readQuotes(inputs, daysAround(days, bars))));
  for (const name of parameters.external) {
    if (present.includes(EXTERNAL_SERIES[name].extra)) continue;
    const table = await inputs.table('data-collection', `external/${name}`, 'ares.external');
    const series = { timeMs: float64Column(table, 'timeMs'), knownAtMs: float64Column(table, 'knownAtMs'), value: float64Column(table, 'value') };
    joins.push(async (bars) => joinExternal(bars, name, series));
  }
  for (const symbol of parameters.pairs) {
    if (present.includes(PAIR_CLOSE + symbol)) continue;
    const { closeTimeMs, close, volume } = barsFromTable(await inputs.table('data-collection', `pairs/${symbol}`, 'ares.bars'));
    joins.push(async (bars) => joinPair(bars, symbol, { closeTimeMs, close, volume }));
  }
  return async (bars) => {
    let joined = bars;
    for (const join of joins) joined = await join(joined);
    return joined;
  };
}

/** The days of quotes in which the bars open; where there are none, the first day, for its columns. */
function daysAround(days: readonly string[], { openTimeMs }: Bars): readonly string[] {
  const dayOf = (timeMs: number): string => QUOTES + new Date(timeMs).toISOString().slice(0, 10);
  const [first, last] = [dayOf(openTimeMs[0] ?? 0), dayOf(openTimeMs.at(-1) ?? 0)];
  const around = days.filter((day) => day >= first && day <= last);
  return around.length > 0 ? around : days.slice(0, 1);
}

async function readQuotes(inputs: StepInputs, days: readonly string[]): Promise<Table> {
  return concatTables(await Promise.all(days.map(async (day) => inputs.table('data-collection', day, 'ares.quotes'))));
}
