/** All market files under a folder. */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import type { NamedFile } from './file-name.js';
import { parseFileName } from './file-name.js';

/**
 * Files whose name follows the patterns of `parseFileName`, at any depth, sorted by path.
 * @throws InvalidData when the folder does not exist or is no folder.
 */
export async function listMarketFiles(root: string): Promise<readonly NamedFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    const { code } = error as { code?: unknown };
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    throw new InvalidData(`path: expected a folder of market files, found ${code === 'ENOENT' ? 'nothing' : 'a file'} at ${root}`, { cause: error });
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .flatMap((path) => parseFileName(root, path) ?? []);
}

/** What a folder holds, for messages: `ETHUSDT perp 1m (1 file)` and so on. */
export function describeFiles(files: readonly NamedFile[]): string {
  const counts = new Map<string, number>();
  for (const file of files) {
    const label = file.symbol === '' ? file.label : `${file.symbol} ${file.market ?? 'of unknown market'} ${file.label}`;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const parts = [...counts].map(([label, count]) => `${label} (${count} ${count === 1 ? 'file' : 'files'})`);
  return parts.length === 0 ? 'no market file' : parts.slice(0, 40).join(', ') + (parts.length > 40 ? ` and ${parts.length - 40} more` : '');
}
