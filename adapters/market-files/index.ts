/** Market data from a folder of Binance-format files. */
import type { MarketFiles } from '../../pipeline/ports.js';
import { findSeries } from './find-series.js';
import { readBars } from './read-bars.js';
import { readFunding } from './read-funding.js';
import { readTradeDays } from './read-trade-days.js';

/** The port over plain, gzip and zip files as Binance's archive and ../shared/data name them. */
export function makeMarketFiles(): MarketFiles {
  return { find: findSeries, readBars, readTradeDays, readFunding };
}
