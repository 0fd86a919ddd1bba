/** Market data from a folder of Binance-format files. */
import type { MarketKind } from '../../pipeline/config.js';
import type { DayOfTrades, MarketSource, SourceRequest, TradeDay } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { makeQuoteFiles } from '../recorded-book/index.js';
import { contractSizeOf, contractsToBase } from './contract-size.js';
import { findSeries } from './find-series.js';
import { readBars } from './read-bars.js';
import { readExternal } from './read-external.js';
import { readFunding } from './read-funding.js';
import { readTradeDays } from './read-trade-days.js';

export { contractSizeOf } from './contract-size.js';
export { externalKind, externalLayout, externalSpan } from './external-files.js';
export { hashFile, parseChecksum } from './file-hash.js';

/** The port over plain, gzip and zip files as Binance's archive and ../shared/data name them. */
export function makeFilesSource(): MarketSource {
  return {
    find: findSeries,
    readTradeDays: (request) => readTradesInBase(request.files, request),
    readBars: async ({ files, window, periodMs, symbol, market }) => readBars(files, { ...window, periodMs, ...contractOf(symbol, market) }),
    readFunding: async (request) => readFunding(request.files, request.window),
    readExternal: async (request) => readExternal(request.files, request),
    quotes: makeQuoteFiles(),
  };
}

function contractOf(symbol: string, market: MarketKind): { contractSize?: number } {
  return market === 'coin' ? { contractSize: contractSizeOf(symbol) } : {};
}

/** Trades of the days with quantities in base currency; files may come one after the other, while later ones are still fetched. */
export async function* readTradesInBase(
  files: Iterable<PlannedFile> | AsyncIterable<PlannedFile>,
  request: Pick<SourceRequest, 'symbol' | 'market' | 'signal'> & { readonly days: readonly TradeDay[] },
): AsyncGenerator<DayOfTrades, void, undefined> {
  const { contractSize } = contractOf(request.symbol, request.market);
  for await (const day of readTradeDays(files, request.days)) {
    request.signal.throwIfAborted();
    yield contractSize === undefined ? day : { ...day, table: contractsToBase(day.table, contractSize) };
  }
}
