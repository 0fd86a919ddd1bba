/** Where steps stage their outputs on the local disk: a folder a task, named after machine and worker, so that left-overs show. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Removes what killed workers of this machine left in `folder`, which is made if it is missing. Folders of other machines
 * (containers that share a volume) stay: their process ids say nothing here.
 */
export async function sweepStagingFolders(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const mine = `${hostname()}-`;
  for (const name of await readdir(folder)) {
    const [, pid] = name.startsWith(mine) ? (/^(\d+)-[^-]+$/.exec(name.slice(mine.length)) ?? []) : [];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** A fresh folder of this worker. */
export async function makeStagingFolder(folder: string): Promise<string> {
  return mkdtemp(join(folder, `${hostname()}-${process.pid}-`));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
