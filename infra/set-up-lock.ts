/** One set-up at a time a folder: two clones started together share the cache without treading on each other. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';

const STALE_MS = 10_000;
/** A Go build takes minutes: the other set-up waits for it rather than doing it twice. */
const WAIT_MS = 20 * 60_000;
const RETRY_MS = 1000;

/** The result of `work`, run while no other process of this user sets up `target`; the lock lies beside it. */
export async function withSetUpLock<T>(target: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(target), { recursive: true });
  const release = await lock(target, {
    realpath: false,
    stale: STALE_MS,
    update: STALE_MS / 5,
    retries: { retries: WAIT_MS / RETRY_MS, factor: 1, minTimeout: RETRY_MS, maxTimeout: RETRY_MS },
  });
  try {
    return await work();
  } finally {
    await release();
  }
}
