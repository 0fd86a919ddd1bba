/** Node's C headers on this machine: the TensorFlow addon is compiled against them. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder that holds node_api.h, or null when none is found: beside the running Node first, then the system's. */
export function nodeHeaders(): string | null {
  const candidates = [join(dirname(dirname(process.execPath)), 'include', 'node'), '/usr/include/node', '/usr/local/include/node', '/usr/include/nodejs/src'];
  return candidates.find((folder) => existsSync(join(folder, 'node_api.h'))) ?? null;
}
