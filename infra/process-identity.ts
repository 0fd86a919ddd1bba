/** Which process a process id stands for: ids are used again, start times are not. */
import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from '../adapters/local-profile.js';

/** Field 22 of /proc/<pid>/stat, counted after the command name, which may hold spaces. */
const START_TICKS_FIELD = 19;
const STATE_FIELD = 0;

/** The identity of a running process, or null when there is none with this id (a zombie counts as none). */
export function processIdentity(pid: number): ProcessIdentity | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[STATE_FIELD] === 'Z') return null;
  return { pid, startTicks: String(fields[START_TICKS_FIELD]) };
}

/** True while the very process that was recorded runs. */
export function isRunning(recorded: ProcessIdentity): boolean {
  return processIdentity(recorded.pid)?.startTicks === recorded.startTicks;
}
