/** Where the test set-up put the programs. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../adapters/local-paths.js';

/** Path of a program in the cache folder or on PATH. @throws Error when there is none */
export function programPath(name: 'temporal' | 'versitygw'): string {
  const programs = join(cacheFolder(), 'programs');
  const cached = existsSync(programs)
    ? readdirSync(programs)
        .filter((folder) => folder.startsWith(`${name}-`))
        .map((folder) => join(programs, folder, name))
    : [];
  const onPath = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, name));
  const found = [...onPath, ...cached].find((path) => existsSync(path));
  if (found === undefined) throw new Error(`program ${name} is neither on PATH nor under ${programs}; npm test sets it up`);
  return found;
}
