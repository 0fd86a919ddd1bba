/** Local read-through cache of content-addressed objects, shared by all processes of a machine. */
import { createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { randomUUID } from 'node:crypto';
import { onDisk } from '../local-disk/index.js';
import { hashFile, makeHashingStream, sha256Hex } from './file-hash.js';
import { codeOf } from './store-errors.js';

export interface CacheLimits {
  /** Size above which the least recently used copies go. */
  readonly limitBytes: number;
  /** A copy used within this time is never evicted: another process may be about to open it. */
  readonly graceMs: number;
}

export interface ArtifactCache {
  /** `<cache folder>/artifacts` */
  readonly folder: string;
  /** Path of the verified copy, or null; a copy whose hash is wrong is dropped. */
  find(sha256: string): Promise<string | null>;
  /** The verified copy's bytes, or null, read once. */
  readBytes(sha256: string): Promise<Uint8Array | null>;
  /** Links (or copies) a local file whose hash was just computed. @throws PipelineError DiskFull */
  addFile(sha256: string, path: string): Promise<void>;
  /** Stores a stream; gives back what it held, and keeps it only if its hash is the expected one. @throws PipelineError DiskFull */
  addStream(sha256: string, stream: Readable): Promise<{ sha256: string; bytes: number }>;
  /** Evicts least recently used copies until the cache is within its limit. */
  trim(): Promise<{ removed: number; bytes: number }>;
}

/** The cache in `<cacheFolder>/artifacts/<aa>/<sha256>`. */
export function openArtifactCache(cacheFolder: string, limits: CacheLimits): ArtifactCache {
  const folder = join(cacheFolder, 'artifacts');
  const scanEvery = Math.max(1, limits.limitBytes / 16);
  let unscannedBytes = Number.POSITIVE_INFINITY;
  const pathOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256);

  const trim = async (justAdded?: string): Promise<{ removed: number; bytes: number }> => {
    unscannedBytes = 0;
    return evict(folder, limits, justAdded);
  };
  const settle = async (temporary: string, sha256: string, bytes: number): Promise<void> => {
    await mkdir(join(folder, sha256.slice(0, 2)), { recursive: true });
    await rename(temporary, pathOf(sha256));
    unscannedBytes += bytes;
    if (unscannedBytes > scanEvery) await trim(pathOf(sha256));
  };

  return {
    folder,
    trim: () => trim(),
    find: (sha256) => findCopy(pathOf(sha256), sha256),
    readBytes: async (sha256) => {
      const bytes = await readIfThere(pathOf(sha256));
      if (bytes === null) return null;
      if (sha256Hex(bytes) === sha256) return touch(pathOf(sha256), bytes);
      await rm(pathOf(sha256), { force: true });
      return null;
    },
    addFile: async (sha256, path) => {
      const temporary = await temporaryPath(folder);
      await clearOnFailure(temporary, async () => {
        await linkOrCopy(path, temporary);
        await touch(temporary, null);
        await settle(temporary, sha256, (await stat(temporary)).size);
      });
    },
    addStream: async (sha256, stream) => {
      const temporary = await temporaryPath(folder);
      return clearOnFailure(temporary, async () => {
        const hashing = makeHashingStream();
        await pipeline(stream, hashing.stream, createWriteStream(temporary));
        const found = hashing.digest();
        if (found.sha256 === sha256) await settle(temporary, sha256, found.bytes);
        else await rm(temporary, { force: true });
        return found;
      });
    },
  };
}

async function findCopy(path: string, sha256: string): Promise<string | null> {
  try {
    if ((await hashFile(path)).sha256 === sha256) return await touch(path, path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  await rm(path, { force: true });
  return null;
}

/** Marks a copy as used now. It may have been evicted meanwhile: an open file stays readable, so that is no failure. */
async function touch<T>(path: string, value: T): Promise<T> {
  const now = new Date();
  await utimes(path, now, now).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  return value;
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function temporaryPath(folder: string): Promise<string> {
  const temporary = join(folder, 'incoming');
  await onDisk(temporary, () => mkdir(temporary, { recursive: true }));
  return join(temporary, randomUUID());
}

async function clearOnFailure<T>(temporary: string, work: () => Promise<T>): Promise<T> {
  try {
    return await onDisk(temporary, work);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A hard link where the file system allows one, else a copy. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
    await copyFile(from, to);
  }
}

interface CachedCopy {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** Left-overs of processes that died while writing go after a day. */
const ABANDONED_MS = 86_400_000;

async function evict(folder: string, limits: CacheLimits, justAdded?: string): Promise<{ removed: number; bytes: number }> {
  const now = Date.now();
  const copies: CachedCopy[] = [];
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) copies.push(...(await listCopies(join(folder, name))));
  copies.sort((a, b) => a.usedMs - b.usedMs || (a.path < b.path ? -1 : 1));
  let total = copies.reduce((sum, copy) => sum + copy.bytes, 0);
  let removed = 0;
  for (const copy of copies) {
    const incoming = copy.path.startsWith(join(folder, 'incoming'));
    const isStale = now - copy.usedMs > (incoming ? ABANDONED_MS : limits.graceMs);
    if (!isStale || copy.path === justAdded || (!incoming && total <= limits.limitBytes)) continue;
    await rm(copy.path, { force: true });
    total -= copy.bytes;
    removed++;
  }
  return { removed, bytes: total };
}

async function listCopies(folder: string): Promise<CachedCopy[]> {
  const copies: CachedCopy[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another process may have removed it since the listing.
    const found = await stat(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (found !== null) copies.push({ path, bytes: found.size, usedMs: found.mtimeMs });
  }
  return copies;
}
