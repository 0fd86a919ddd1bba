/** Which files of one series of the archive serve a window, by asking for their checksums. */
import pLimit from 'p-limit';
import type { PlannedFile, Span } from '../../pipeline/plan.js';
import type { ArchiveClient } from './archive-client.js';
import type { ArchiveSeries } from './archive-address.js';
import { archivePath, dateSpan, dayOf, monthsOf } from './archive-address.js';
import { stateOfFile } from './pinned-files.js';

/** Checksums asked for at a time. */
const QUESTIONS = 8;
/** How many days before the present are looked at for the last one that is published. */
const PUBLISHING_DAYS = 10;
const DAY_MS = 86_400_000;

export type PinnedFile = PlannedFile & { readonly span: Span };

export interface FoundFiles {
  /** In order of time. */
  readonly files: readonly PinnedFile[];
  /** Days of the window in no file, between the first and the last file: holes. */
  readonly holes: readonly string[];
}

export interface FileFinder {
  /**
   * The files of the series that touch the window, from its end backwards; where the start is open, a month without any file ends the
   * search, because the symbol was not listed then.
   */
  findFiles(series: ArchiveSeries, window: Span, isOpenStart: boolean): Promise<FoundFiles>;
  /** End of the last day of the series that is published before `nowMs`; null when none of the last ten is. */
  lastPublished(series: ArchiveSeries, nowMs: number): Promise<number | null>;
}

/** A finder that keeps what the archive stated in `folder`. */
export function makeFileFinder(client: ArchiveClient, { folder, signal }: { readonly folder: string; readonly signal: AbortSignal }): FileFinder {
  const limit = pLimit(QUESTIONS);
  const pin = async (series: ArchiveSeries, date: string): Promise<PinnedFile | null> =>
    limit(async () => {
      signal.throwIfAborted();
      const path = archivePath(series, date);
      const stated = await stateOfFile(client, path, { folder, signal });
      return stated === null ? null : { path, ...stated, span: dateSpan(date) };
    });
  const pinDays = async (series: ArchiveSeries, days: readonly string[]): Promise<readonly PinnedFile[]> =>
    (await Promise.all(days.map(async (day) => pin(series, day)))).filter((file) => file !== null);

  const findMonth = async (series: ArchiveSeries, month: string, days: readonly string[]): Promise<readonly PinnedFile[]> => {
    const isWhole = days.length === (dateSpan(month).toMs - dateSpan(month).fromMs) / DAY_MS;
    const asksMonthFirst = series.files === 'months' || (series.files === 'months, then days' && isWhole);
    if (asksMonthFirst) {
      const whole = await pin(series, month);
      if (whole !== null) return [whole];
    }
    if (series.files === 'months') return [];
    const found = await pinDays(series, days);
    if (found.length === days.length || asksMonthFirst || series.files === 'days') return found;
    const whole = await pin(series, month);
    return whole === null ? found : [whole];
  };

  return {
    findFiles: async (series, window, isOpenStart) => {
      const files: PinnedFile[] = [];
      for (const { month, days } of [...monthsOf(window)].reverse()) {
        const found = await findMonth(series, month, days);
        if (found.length === 0 && files.length > 0 && isOpenStart) break;
        files.unshift(...found);
      }
      return { files, holes: holesOf(files) };
    },
    lastPublished: async (series, nowMs) => {
      const days = Array.from({ length: PUBLISHING_DAYS }, (_, i) => dayOf(nowMs - (i + 1) * DAY_MS));
      for (const day of days) if ((await pin(series, day)) !== null) return dateSpan(day).toMs;
      return null;
    },
  };
}

function holesOf(files: readonly PinnedFile[]): string[] {
  const holes: string[] = [];
  for (let i = 1; i < files.length; i++) {
    const [before, after] = [files[i - 1], files[i]] as [PinnedFile, PinnedFile];
    for (let dayMs = before.span.toMs; dayMs < after.span.fromMs; dayMs += DAY_MS) holes.push(dayOf(dayMs));
  }
  return holes;
}
