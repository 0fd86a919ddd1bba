/** Upkeep of the files that were fetched: least recently used out, none that somebody reads. */
import { readdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../local-paths.js';
import { fileState } from './file-state.js';

/** A file's folder, named by its sha256: the file, or the parts of one that is on its way. */
export interface Download {
  readonly folder: string;
  readonly bytes: number;
  /** When a process last had to do with it: the folder's time of change, which reading sets too, or that of what lies in it. */
  readonly usedMs: number;
}

export interface DownloadLimits {
  /** Size above which the least recently used go. */
  readonly limitBytes: number;
  /** What was used within this time stays: another process may be reading it. */
  readonly graceMs: number;
}

const HASH = /^[0-9a-f]{64}$/;

/** How many requests of this process hold a folder. */
const held = new Map<string, number>();

/** The folder of everything fetched from the archive: below $ARES_DOWNLOAD_DIR, else below the cache folder. */
export function downloadFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(env['ARES_DOWNLOAD_DIR'] || cacheFolder(env), 'archive');
}

/**
 * Keeps files at these places from being removed: in this process until the returned function is called, in others by marking them as
 * used every quarter of the grace time. `failed` hears of a mark that could not be set.
 */
export function holdDownloads(places: readonly string[], graceMs: number, failed: (error: unknown) => void): () => void {
  const folders = places.map((place) => dirname(place));
  for (const folder of folders) held.set(folder, (held.get(folder) ?? 0) + 1);
  const timer = setInterval(() => void Promise.all(places.map(markUsed)).catch(failed), graceMs / 4).unref();
  return () => {
    clearInterval(timer);
    for (const folder of folders) {
      const count = (held.get(folder) ?? 1) - 1;
      if (count === 0) held.delete(folder);
      else held.set(folder, count);
    }
  };
}

/** Marks the file at this place as used now; its own times stay as they are. One that is not there, or not ours to change, is passed over. */
export async function markUsed(place: string): Promise<void> {
  const now = new Date();
  await unless(['ENOENT', 'EPERM', 'EACCES', 'EROFS'], utimes(dirname(place), now, now));
}

/** All that was fetched below `folder`, least recently used first; empty where there is no such folder. */
export async function listDownloads(folder: string): Promise<readonly Download[]> {
  return (await listBelow(folder)).sort((a, b) => a.usedMs - b.usedMs || (a.folder < b.folder ? -1 : 1));
}

/**
 * Removes least recently used files until the rest is within the limit, none that somebody holds or has used within the grace time: what
 * was removed. The archive has them still.
 * @param limits.isDryRun tells what would be removed, and removes nothing
 */
export async function trimDownloads(folder: string, limits: DownloadLimits & { readonly isDryRun?: boolean }): Promise<readonly Download[]> {
  const { limitBytes, graceMs } = limits;
  const downloads = await listDownloads(folder);
  let bytes = downloads.reduce((sum, download) => sum + download.bytes, 0);
  const removed: Download[] = [];
  for (const download of downloads) {
    if (bytes <= limitBytes) break;
    if (isInUse(download, graceMs)) continue;
    // Somebody may have begun to use it since it was listed.
    const now = await readDownload(download.folder);
    if (now !== null && isInUse(now, graceMs)) continue;
    if (limits.isDryRun !== true) await rm(download.folder, { recursive: true, force: true });
    bytes -= download.bytes;
    removed.push(download);
  }
  return removed;
}

function isInUse({ folder, usedMs }: Download, graceMs: number): boolean {
  return held.has(folder) || Date.now() - usedMs < graceMs;
}

async function listBelow(folder: string): Promise<Download[]> {
  const entries = (await unlessGone(readdir(folder, { withFileTypes: true }))) ?? [];
  const downloads: Download[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (!HASH.test(entry.name)) downloads.push(...(await listBelow(path)));
    else downloads.push(...[await readDownload(path)].filter((download) => download !== null));
  }
  return downloads;
}

async function readDownload(folder: string): Promise<Download | null> {
  const own = await fileState(folder);
  if (own === null) return null;
  let [bytes, usedMs] = [0, own.mtimeMs];
  for (const name of (await unlessGone(readdir(folder))) ?? []) {
    const file = await fileState(join(folder, name));
    bytes += file?.size ?? 0;
    usedMs = Math.max(usedMs, file?.mtimeMs ?? 0);
  }
  return { folder, bytes, usedMs };
}

/** Null where another process has removed it meanwhile. */
async function unlessGone<T>(work: Promise<T>): Promise<T | null> {
  return unless(['ENOENT'], work);
}

async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
