/** The archive's files on this machine: fetched where they are missing or damaged, several at a time, each once. */
import type { Stats } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pLimit from 'p-limit';
import type { Abort } from '../../core/abort.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { hashFile } from '../market-files/index.js';
import type { ArchiveClient } from './archive-client.js';
import type { DownloadControl } from './download.js';
import { download } from './download.js';
import type { DownloadLimits } from './download-cache.js';
import { holdDownloads, markUsed, trimDownloads } from './download-cache.js';
import { makeProgress } from './download-progress.js';
import { fileState } from './file-state.js';

/** Downloads under way in this process, by final place: a file is fetched once however many ask for it. */
const underWay = new Map<string, Promise<void>>();

export interface FetchControl {
  /** Ends what is under way at once. */
  readonly signal: AbortSignal;
  /** Looked at whenever bytes come. */
  readonly abort: Abort;
  readonly progress: (message: string) => void;
}

export interface LocalFiles {
  /**
   * The files where they lie here, in the order given, each as soon as it and those before it are whole; all of them are under way from
   * the first on. Ending early stops the downloads; their bytes stay.
   * @throws as download; the system's error when a file cannot be marked as used
   */
  fetch(files: readonly PlannedFile[], control: FetchControl): AsyncGenerator<PlannedFile, void, undefined>;
  /** Keeps the files here until the returned function is called, as `fetch` does until it has ended; `failed` as in holdDownloads. */
  hold(files: readonly PlannedFile[], failed: (error: unknown) => void): () => void;
}

export interface LocalFolder {
  readonly folder: string;
  readonly downloads: number;
  readonly limits: DownloadLimits;
}

/** Files lie in `<folder>/<path in the archive>/<sha256>/<name>`. */
export function makeLocalFiles(client: ArchiveClient, { folder, downloads, limits }: LocalFolder): LocalFiles {
  const limit = pLimit(downloads);
  const trim = makeTrimmer(folder, limits);
  const placeOf = (file: PlannedFile): string => finalPlace(folder, file);
  const hold: LocalFiles['hold'] = (files, failed) => holdDownloads(files.map(placeOf), limits.graceMs, failed);
  /** Copies whose hash was computed here, by place, with size and time of change. */
  const verified = new Map<string, string>();

  const isWhole = async (final: string, sha256: string): Promise<boolean> => {
    const state = describeState(await fileState(final));
    if (state === '') return false;
    if (verified.get(final) === state) return true;
    if ((await hashFile(final)).sha256 !== sha256) {
      await rm(final, { force: true });
      return false;
    }
    verified.set(final, state);
    return true;
  };

  /** True where the file had to be fetched by us. */
  const ensure = async (file: PlannedFile, final: string, control: DownloadControl): Promise<boolean> => {
    for (;;) {
      const running = underWay.get(final);
      if (running !== undefined) {
        // Whoever began it may give up: then it is ours.
        await running.catch(() => undefined);
        continue;
      }
      // First the mark: from then on no other process removes it.
      await markUsed(final);
      if (await isWhole(final, file.sha256)) return false;
      if (underWay.has(final)) continue;
      control.signal.throwIfAborted();
      const work = download(client, file, { final, ...control }).finally(() => underWay.delete(final));
      underWay.set(final, work);
      await work;
      const state = await fileState(final);
      verified.set(final, describeState(state));
      await trim(state?.size ?? 0);
      return true;
    }
  };

  async function* fetch(files: readonly PlannedFile[], { signal: outer, abort, progress }: FetchControl): AsyncGenerator<PlannedFile, void, undefined> {
    const received = (bytes: number): void => {
      abort.throwIfAborted();
      client.counts.bytes += bytes;
      report.received(bytes);
    };
    const stop = new AbortController();
    const release = hold(files, (error) => stop.abort(error));
    const signal = AbortSignal.any([outer, stop.signal]);
    const report = makeProgress(files, () => client.counts.requests, progress);
    const pending = files.map((file) =>
      limit(async () => {
        signal.throwIfAborted();
        abort.throwIfAborted();
        const final = placeOf(file);
        if (await ensure(file, final, { signal, received })) report.fetched();
        else report.kept(file);
        return { ...file, path: final };
      }),
    );
    for (const promise of pending) promise.catch(() => undefined);
    try {
      for (const promise of pending) {
        yield await promise;
        // A mark that failed when all was here already: what is read next may be removed by another process.
        stop.signal.throwIfAborted();
      }
    } finally {
      stop.abort();
      await Promise.allSettled(pending);
      release();
    }
  }

  return { fetch, hold };
}

/** Called with the bytes that have come: looks at the folder first, and again whenever a sixteenth of the limit has come. */
function makeTrimmer(folder: string, limits: DownloadLimits): (bytes: number) => Promise<void> {
  let unseenBytes = Number.POSITIVE_INFINITY;
  return async (bytes) => {
    unseenBytes += bytes;
    if (unseenBytes <= limits.limitBytes / 16) return;
    unseenBytes = 0;
    await trimDownloads(folder, limits);
  };
}

/** Size and time of change; empty where there is no file. */
function describeState(found: Stats | null): string {
  return found === null ? '' : `${found.size} ${found.mtimeMs}`;
}

/** @throws PipelineError InvalidSpec for a path that leads out of the folder */
function finalPlace(folder: string, file: PlannedFile): string {
  if (!/^data(\/[A-Za-z0-9][\w-]*)+\.zip$/.test(file.path) || !/^[0-9a-f]{64}$/.test(file.sha256)) {
    throw new PipelineError('InvalidSpec', `expected a file of the archive such as data/spot/daily/trades/..., found ${file.path} with sha256 ${file.sha256}`);
  }
  return join(folder, dirname(file.path), file.sha256, basename(file.path));
}
