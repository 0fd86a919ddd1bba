/** Work on the local disk, with a full disk told by its name. */
import { copyFile, rename, rm } from 'node:fs/promises';
import { PipelineError } from '../../pipeline/errors.js';

/** True when a failure says that the disk, or the user's share of it, is full. */
export function isDiskFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The result of `work`. @throws PipelineError DiskFull naming `path`; other failures pass as they are */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new PipelineError('DiskFull', `no space left on the local disk: writing ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Moves a file, across file systems too. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from);
  }
}
