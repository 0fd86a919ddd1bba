/** The clone under test. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders that hold no source of ours. */
const SKIPPED = new Set(['.git', 'node_modules', 'dist', 'coverage']);

/** Root folder of the clone. */
export function cloneRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json'))) folder = dirname(folder);
  return folder;
}

/** Paths of all files of the clone, relative to its root, sorted; build outputs and packages left out. */
export async function cloneFiles(folder = ''): Promise<string[]> {
  const entries = await readdir(join(cloneRoot(), folder), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) || entry.name.startsWith('.build-') ? [] : cloneFiles(path);
      return [path];
    }),
  );
  return nested.flat().sort();
}
