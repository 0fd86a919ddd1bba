/** Waiting for a service to answer, with its log in the error when it does not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningChild } from './child-process.js';
import { logTail } from './child-process.js';

const POLL_MS = 50;

/**
 * Returns once `isHealthy` says so.
 * @throws Error with the tail of the child's log when it ends first or the time is over.
 */
export async function awaitHealthy(child: RunningChild, isHealthy: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (child.hasEnded()) throw new Error(`${child.name} ${await child.ended} before it was ready\n${logTail(child.logPath)}`);
    if (await isHealthy()) return;
    if (Date.now() > deadline) throw new Error(`${child.name} was not ready within ${timeoutMs / 1000} s\n${logTail(child.logPath)}`);
    await sleep(POLL_MS);
  }
}
