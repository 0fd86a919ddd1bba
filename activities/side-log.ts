/** A log beside Temporal's own: a JSON line when a task starts, when its code has ended and when it is committed. */
import { appendFile } from 'node:fs/promises';

export interface SideLogEntry {
  /** part = a natural part of a step was computed (not taken from a checkpoint); dropped = a checkpoint object was damaged. */
  readonly event: 'start' | 'part' | 'dropped' | 'computed' | 'done';
  readonly step: string;
  readonly unit: string | null;
  readonly key: string;
  /** Name of the part, or path of the dropped object; on part and dropped entries. */
  readonly part?: string;
  /** Feature tables taken from the child's cache; on computed entries. */
  readonly featureCacheHits?: number;
  /** Set by the log: of the writing process, and UTC ms. */
  readonly pid?: number;
  readonly timeMs?: number;
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
