/** The clone that this code runs from. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root folder of the clone: the nearest folder above this file that holds package.json. @throws Error when none does. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`expected package.json in a folder above ${fileURLToPath(import.meta.url)}, found none`);
    folder = parent;
  }
  return folder;
}

/** What the build was made of (the stamp that `npm start` leaves beside it), or 'unstamped' after a bare `npm run build`. */
export function buildStamp(root: string): string {
  const path = join(root, 'dist', '.built');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : 'unstamped';
}
