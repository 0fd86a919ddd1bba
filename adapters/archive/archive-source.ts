/** Binance's public archive behind the port of all sources: files are pinned by their checksums, fetched once, and read as files of a folder. */
import { join } from 'node:path';
import type { Abort } from '../../core/abort.js';
import type { MarketSource, SourceRequest } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { makeFilesSource, readTradesInBase } from '../market-files/index.js';
import { readQuoteDays } from '../recorded-book/index.js';
import type { ArchiveCounts } from './archive-client.js';
import { makeArchiveClient } from './archive-client.js';
import type { ArchiveSettings } from './archive-settings.js';
import { resolveSettings } from './archive-settings.js';
import { findArchiveQuotes } from './find-archive-quotes.js';
import { findArchiveSeries } from './find-archive-series.js';
import { makeFileFinder } from './find-files.js';
import { makeLocalFiles } from './local-files.js';

export interface ArchiveSource extends MarketSource {
  /** What this process has asked of the archive so far: a run whose files are here makes no download. */
  readonly counts: () => ArchiveCounts;
}

/**
 * The source. Files lie in `<cacheFolder>/archive`, by their place in the archive and their sha256; whatever is missing or damaged there
 * is fetched again.
 * @throws PipelineError InvalidSpec for settings that are none
 */
export function makeArchiveSource(settings: ArchiveSettings): ArchiveSource {
  const resolved = resolveSettings(settings);
  const folder = join(settings.cacheFolder, 'archive');
  const client = makeArchiveClient(resolved);
  const local = makeLocalFiles(client, { folder, downloads: resolved.downloads, limits: resolved.limits });
  const files = makeFilesSource();
  const now = settings.now ?? Date.now;

  const fetching = (request: SourceRequest): AsyncGenerator<PlannedFile, void, undefined> =>
    local.fetch(request.files, { signal: standardSignal(request.signal), abort: request.signal, progress: request.progress ?? (() => undefined) });
  const whole = async <T extends SourceRequest, R>(request: T, read: (here: T) => Promise<R>): Promise<R> => {
    const failures: unknown[] = [];
    const release = local.hold(request.files, (error) => failures.push(error));
    try {
      const here: PlannedFile[] = [];
      for await (const file of fetching(request)) here.push(file);
      const result = await read({ ...request, files: here });
      if (failures.length > 0) throw failures[0];
      return result;
    } finally {
      release();
    }
  };

  return {
    find: async (query) => {
      const finder = makeFileFinder(client, { folder, signal: standardSignal(query.signal) });
      return findArchiveSeries(finder, { query, address: client.address, nowMs: now() });
    },
    readTradeDays: (request) => readTradesInBase(fetching(request), request),
    readBars: async (request) => whole(request, async (here) => files.readBars(here)),
    readFunding: async (request) => whole(request, async (here) => files.readFunding(here)),
    readExternal: async (request) => whole(request, async (here) => files.readExternal(here)),
    quotes: {
      find: async (query) => findArchiveQuotes(makeFileFinder(client, { folder, signal: standardSignal(query.signal) }), query),
      readDays: (request) => readQuoteDays(fetching(request), request),
    },
    counts: () => ({ ...client.counts }),
  };
}

/** The signal itself where it is one that fetch takes; another kind is looked at between files and pieces alone. */
function standardSignal(abort: Abort | undefined): AbortSignal {
  return abort instanceof AbortSignal ? abort : new AbortController().signal;
}
