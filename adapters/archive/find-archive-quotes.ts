/** The archive's daily bookTicker files of a window, pinned by their checksums. */
import { InvalidData } from '../../core/errors.js';
import type { FoundQuotes, Instrument } from '../../pipeline/market-source.js';
import type { Span } from '../../pipeline/plan.js';
import { archiveSeries } from './archive-address.js';
import type { FileFinder } from './find-files.js';

/**
 * The files that touch the window; days may be missing, as they are in the archive: collection flags them.
 * @throws InvalidData for spot, of which the archive keeps no quotes, and when no day has a file
 */
export async function findArchiveQuotes(finder: FileFinder, query: Instrument & { readonly window: Span }): Promise<FoundQuotes> {
  const { symbol, market, window } = query;
  if (market === 'spot') throw new InvalidData(`quotes: expected a market of futures, whose quotes the archive keeps, found ${market}`);
  const { files } = await finder.findFiles(archiveSeries(query, 'bookTicker'), window, false);
  if (files.length > 0) return { kind: 'bookTicker', files };
  const days = `${new Date(window.fromMs).toISOString()} to ${new Date(window.toMs).toISOString()}`;
  throw new InvalidData(`quotes: expected bookTicker files of ${symbol} ${market} in the archive, found none of ${days}`);
}
