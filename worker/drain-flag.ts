/**
 * Tells compute children that their worker drains: they then write every finished part at once. A file, because a child
 * in a long loop reads no message, and one that is only starting would die of a signal.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'ARES_DRAIN_FLAG';

export interface DrainFlag {
  /** What children need in order to see it. */
  readonly environment: Readonly<Record<string, string>>;
  raise(): void;
  remove(): Promise<void>;
}

/** This worker's flag, not raised. @param folder on the local disk; containers may share it, so the machine is part of the name */
export async function makeDrainFlag(folder: string): Promise<DrainFlag> {
  const path = join(folder, `${hostname()}-${process.pid}-draining`);
  // Of an earlier process with our id, which was killed.
  await rm(path, { force: true });
  return { environment: { [VARIABLE]: path }, raise: () => writeFileSync(path, ''), remove: async () => rm(path, { force: true }) };
}

/** In a compute child: whether its worker drains. */
export function isDraining(): boolean {
  const path = process.env[VARIABLE];
  return path !== undefined && existsSync(path);
}
