/** A log beside Temporal's own: one JSON line when a task starts and when it is committed, for tests and operators. */
import { appendFile } from 'node:fs/promises';

export interface SideLogEntry {
  readonly event: 'start' | 'done';
  readonly step: string;
  readonly unit: string | null;
  readonly key: string;
}

export interface SideLog {
  write(entry: SideLogEntry): Promise<void>;
}

/** A side log in a file, or one that keeps nothing when no path is given. Lines are appended whole, so processes may share it. */
export function makeSideLog(path: string | undefined): SideLog {
  return {
    write: async (entry) => {
      if (path !== undefined) await appendFile(path, `${JSON.stringify({ ...entry, pid: process.pid, timeMs: Date.now() })}\n`);
    },
  };
}
