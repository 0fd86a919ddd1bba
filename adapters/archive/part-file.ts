/** A download's bytes so far, beside the place where the whole file will lie. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { onDisk } from '../local-disk/index.js';
import { fileState } from './file-state.js';

/** A part that nobody has written to for so long has lost its owner, wherever that ran. */
const ORPHANED_MS = 600_000;

export interface PartFile {
  readonly bytes: number;
  /** Of the answer that the bytes came from; null before the first, or where it named none that a resumption can rely on. */
  readonly etag: string | null;
  /** sha256 of the bytes so far. */
  sha256(): string;
  /** @throws PipelineError DiskFull */
  append(chunk: Uint8Array): Promise<void>;
  /** Begins anew with the first byte, of an answer with this ETag. */
  restart(etag: string | null): Promise<void>;
  /** Moves the bytes to the final place. */
  finish(): Promise<void>;
  remove(): Promise<void>;
  /** Leaves the bytes for whoever resumes. */
  close(): Promise<void>;
}

/**
 * The part of `final`: one whose owner is gone is taken over, else an empty one. Its name says who writes it (host and process) and the
 * ETag, so that two processes never write one file.
 */
export async function openPart(final: string): Promise<PartFile> {
  const folder = dirname(final);
  await onDisk(folder, () => mkdir(folder, { recursive: true }));
  let [path, etag]: [string, string | null] = (await adopt(final)) ?? [ownPath(final, null), null];
  let hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of await existing(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  let file: FileHandle = await onDisk(path, () => open(path, 'a'));
  return {
    get bytes() {
      return bytes;
    },
    get etag() {
      return etag;
    },
    sha256: () => (hash.copy() as Hash).digest('hex'),
    append: async (chunk) => {
      await onDisk(path, () => file.appendFile(chunk));
      hash.update(chunk);
      bytes += chunk.length;
    },
    restart: async (newTag) => {
      await file.close();
      await rm(path, { force: true });
      [etag, path, hash, bytes] = [newTag, ownPath(final, newTag), createHash('sha256'), 0];
      file = await onDisk(path, () => open(path, 'w'));
    },
    finish: async () => {
      await file.close();
      await onDisk(final, () => rename(path, final));
    },
    remove: async () => {
      await file.close();
      await rm(path, { force: true });
    },
    close: async () => file.close(),
  };
}

async function existing(path: string): Promise<AsyncIterable<unknown> | readonly unknown[]> {
  const found = await fileState(path);
  return found === null ? [] : createReadStream(path, { highWaterMark: 1 << 20 });
}

function ownPath(final: string, etag: string | null): string {
  return `${final}.${owner()}.${etag === null ? '' : Buffer.from(etag).toString('base64url')}.part`;
}

function owner(): string {
  return `${hostname().replace(/[^A-Za-z0-9-]/g, '-')}+${process.pid}`;
}

/** Takes over an orphaned part by renaming it, which succeeds for one process alone; null where there is none. */
async function adopt(final: string): Promise<[string, string | null] | null> {
  const prefix = `${basename(final)}.`;
  for (const name of await readdir(dirname(final))) {
    if (!name.startsWith(prefix) || !name.endsWith('.part')) continue;
    const [writer, token] = name.slice(prefix.length, -'.part'.length).split('.') as [string, string];
    const path = join(dirname(final), name);
    if (!(await isOrphaned(path, writer))) continue;
    const etag = token === '' ? null : Buffer.from(token, 'base64url').toString();
    const mine = ownPath(final, etag);
    const isMine = await rename(path, mine).then(
      () => true,
      (error: unknown) => {
        if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
        return false;
      },
    );
    if (isMine) return [mine, etag];
  }
  return null;
}

/** Within a process a file is fetched once at a time, so a part of our own name is one of an earlier life. */
async function isOrphaned(path: string, writer: string): Promise<boolean> {
  if (writer === owner()) return true;
  const [host, pid] = writer.split('+');
  if (host === owner().split('+')[0] && !isAlive(Number(pid))) return true;
  const found = await fileState(path);
  return found !== null && Date.now() - found.mtimeMs > ORPHANED_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
