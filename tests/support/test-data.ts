/** Where the real market data lies: ARES_TEST_DATA, else ../shared/data beside the repository; null where it is absent. */
import { existsSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of real market data, or null: tests that need it skip and say so. */
export const testData: string | null = findTestData();

/** The repository's root: the nearest folder above this file that has a package.json. */
function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== parse(folder).root) folder = dirname(folder);
  return folder;
}

function findTestData(): string | null {
  const folder = process.env['ARES_TEST_DATA'] ?? join(repositoryRoot(), '..', 'shared', 'data');
  return existsSync(join(folder, 'README.md')) ? folder : null;
}
