/** Python packages that tests and benches run beside Ares: official wheels, pinned by hash, in the program cache. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../adapters/local-paths.js';
import { say } from './progress.js';
import { runCommand } from './run-command.js';
import { withSetUpLock } from './set-up-lock.js';

const TAG_PROGRAM = 'import sys; print("cp%d%d" % sys.version_info[:2])';

/**
 * Folder to put on PYTHONPATH: the packages of a requirements file (every line with its hashes, dependencies included) for this
 * machine's python3, installed once for each text of the file.
 * @throws Error when there is no python3, or pip cannot fetch a wheel with a stated hash.
 */
export async function pythonPackages(requirementsFile: string): Promise<string> {
  const text = await readFile(requirementsFile, 'utf8');
  const version = (await runCommand('python3', ['-c', TAG_PROGRAM])).stdout.trim();
  const name = basename(requirementsFile, '.txt').replace(/-requirements$/, '');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), 'programs', `python-${name}-${version}-${hash}`);
  if (!existsSync(folder)) await withSetUpLock(folder, async () => await install(requirementsFile, folder));
  return folder;
}

/** The folder appears whole or not at all. */
async function install(requirementsFile: string, folder: string): Promise<void> {
  if (existsSync(folder)) return;
  say(`installing the Python packages of ${basename(requirementsFile)}`);
  await mkdir(dirname(folder), { recursive: true });
  const staging = await mkdtemp(`${folder}.part-`);
  try {
    const flags = ['--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes', '--target', staging];
    await runCommand('python3', ['-m', 'pip', 'install', ...flags, '--requirement', requirementsFile]).catch((error: unknown) => {
      throw new Error(`the Python packages of ${requirementsFile} could not be installed: ${String(error)}`, { cause: error });
    });
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
