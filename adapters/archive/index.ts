/** Market data from Binance's public archive of daily and monthly files. */
export { makeArchiveSource } from './archive-source.js';
export { downloadLimit } from './archive-settings.js';
export type { Download } from './download-cache.js';
export { downloadFolder, listDownloads, trimDownloads } from './download-cache.js';
