/** What the state folder remembers of the stack: its profile, and who uses it. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { profilePath, stateFolder } from '../adapters/local-paths.js';
import { readLocalProfile } from '../adapters/local-profile.js';
import type { LocalProfile, ProcessIdentity } from '../adapters/local-profile.js';
import { isRunning, processIdentity } from './process-identity.js';

/** Writes the profile whole or not at all, readable by its owner alone: it holds the store's keys. */
export async function writeProfile(profile: LocalProfile): Promise<void> {
  const path = profilePath();
  await mkdir(stateFolder(), { recursive: true });
  await writeFile(`${path}.part-${process.pid}`, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.part-${process.pid}`, path);
}

/** Takes what no longer runs out of the profile; removes it when nothing is left. */
export async function forgetStopped(): Promise<void> {
  const profile = readLocalProfile();
  if (profile === null) return;
  const kept = <T extends { readonly process: ProcessIdentity }>(part: T | null): T | null => (part !== null && isRunning(part.process) ? part : null);
  const left = { ...profile, temporal: kept(profile.temporal), store: kept(profile.store), worker: kept(profile.worker) };
  if (left.temporal === null && left.store === null && left.worker === null) await rm(profilePath(), { force: true });
  else await writeProfile(left);
}

/** Notes that this process uses the stack; the returned function takes the note back. */
export async function registerUser(): Promise<() => Promise<void>> {
  const identity = processIdentity(process.pid);
  if (identity === null) throw new Error(`Invariant: expected this process ${process.pid} to run`);
  await mkdir(usersFolder(), { recursive: true });
  const path = join(usersFolder(), `${identity.pid}-${identity.startTicks}`);
  await writeFile(path, '');
  return () => rm(path, { force: true });
}

/** Other running processes that use the stack; notes of ended ones are swept. */
export async function otherUsers(): Promise<ProcessIdentity[]> {
  const names = await readdir(usersFolder()).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const running: ProcessIdentity[] = [];
  for (const name of names) {
    const [pid, startTicks] = name.split('-');
    const identity = { pid: Number(pid), startTicks: String(startTicks) };
    if (!isRunning(identity)) await rm(join(usersFolder(), name), { force: true });
    else if (identity.pid !== process.pid) running.push(identity);
  }
  return running;
}

function usersFolder(): string {
  return join(stateFolder(), 'users');
}
