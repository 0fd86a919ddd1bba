/** Market data from Binance's public archive of daily and monthly files. */
export { makeArchiveSource } from './archive-source.js';
