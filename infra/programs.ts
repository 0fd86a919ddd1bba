/** Programs of the local stack and of tests: found on this machine, or set up in the cache folder, once, checked by hash. */
import { existsSync } from 'node:fs';
import { access, chmod, constants, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { cacheFolder } from '../adapters/local-paths.js';
import { downloadArchive } from './download.js';
import { sha256OfFile } from './file-hash.js';
import { buildGoProgram } from './go-build.js';
import { say } from './progress.js';
import { withSetUpLock } from './set-up-lock.js';

export interface Program {
  readonly name: 'temporal' | 'versitygw' | 'compose-spec';
  readonly version: string;
  /** Module path for `go install`. */
  readonly module: string;
  /** Official release archive, where one is published with a known hash. */
  readonly archive?: { readonly url: string; readonly sha256: string };
}

/** Temporal's CLI with the dev server inside. Newer versions do not build from the module proxy. */
export const TEMPORAL: Program = {
  name: 'temporal',
  version: '1.5.1',
  module: 'github.com/temporalio/cli/cmd/temporal',
  archive: {
    url: 'https://github.com/temporalio/cli/releases/download/v1.5.1/temporal_cli_1.5.1_linux_amd64.tar.gz',
    sha256: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  },
};

/** The S3 server of the local stack. */
export const VERSITYGW: Program = { name: 'versitygw', version: '1.8.0', module: 'github.com/versity/versitygw/cmd/versitygw' };

/** Reads a compose file as Docker does, without Docker: the deployment files are tested with it. */
export const COMPOSE_SPEC: Program = { name: 'compose-spec', version: '2.16.2', module: 'github.com/compose-spec/compose-go/v2/cmd' };

/** Where a program was found: on PATH (any version, not checked by us) or in the cache folder (hash checked). */
export interface FoundProgram {
  readonly path: string;
  readonly origin: 'PATH' | 'cache';
}

interface Recorded {
  readonly sha256: string;
  readonly origin: string;
  /** Size and modification time of the file when it was hashed. */
  readonly bytes?: number;
  readonly modifiedMs?: number;
}

/** Folder of a program in the cache. */
export function programFolder(program: Program): string {
  return join(cacheFolder(), 'programs', `${program.name}-${program.version}`);
}

/**
 * The program on PATH, else in the cache folder, or null when it is in neither; sets nothing up.
 * @throws Error when the cached file is not the one that was set up.
 */
export async function findProgram(program: Program): Promise<FoundProgram | null> {
  const onPath = await searchPath(program.name);
  if (onPath !== null) return { path: onPath, origin: 'PATH' };
  const path = join(programFolder(program), program.name);
  if (!existsSync(path)) return null;
  await checkRecorded(path);
  return { path, origin: 'cache' };
}

/**
 * The program, set up if it is missing: official archive first where there is one, then `go install`.
 * @throws Error that says what was tried and what is missing.
 */
export async function ensureProgram(program: Program): Promise<FoundProgram> {
  const found = await findProgram(program);
  if (found !== null) return found;
  const folder = programFolder(program);
  return await withSetUpLock(folder, async () => {
    const path = join(folder, program.name);
    if (!existsSync(path)) await setUp(program, folder);
    return { path, origin: 'cache' };
  });
}

async function setUp(program: Program, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const staging = await mkdtemp(`${folder}.part-`);
  try {
    const path = join(staging, program.name);
    const origin = await obtain(program, path);
    await chmod(path, 0o755);
    const file = await stat(path);
    const recorded: Recorded = { sha256: await sha256OfFile(path), origin, bytes: file.size, modifiedMs: file.mtimeMs };
    await writeFile(join(staging, 'origin.json'), `${JSON.stringify(recorded)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(staging, folder);
    await chmod(folder, 0o755);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Puts the program at `path` and returns where it came from. A download that fails leaves its reason in the error of the build. */
async function obtain(program: Program, path: string): Promise<string> {
  let refused: unknown;
  if (program.archive !== undefined) {
    try {
      await downloadArchive(program.archive, { member: program.name, path });
      return program.archive.url;
    } catch (error) {
      refused = error;
      say(`${program.name} ${program.version}: download not possible (${error instanceof Error ? error.message : String(error)}); building it instead`);
    }
  }
  try {
    await buildGoProgram({ name: program.name, version: program.version, module: program.module }, path);
  } catch (error) {
    const download = refused === undefined ? '' : ` and its download failed (${String(refused)})`;
    throw new Error(`program ${program.name} ${program.version} is not on PATH${download}, and building it failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return `${program.module}@v${program.version}`;
}

/** A file of the size and time it had when it was hashed is not hashed again: a start does not read 300 MB each time. */
async function checkRecorded(path: string): Promise<void> {
  const recordPath = join(dirname(path), 'origin.json');
  if (!existsSync(recordPath)) throw new Error(`expected ${recordPath} beside the program, found none; delete the folder ${dirname(path)} to set it up again`);
  const recorded = JSON.parse(await readFile(recordPath, 'utf8')) as Recorded;
  const file = await stat(path);
  if (file.size === recorded.bytes && file.mtimeMs === recorded.modifiedMs) return;
  const found = await sha256OfFile(path);
  if (found !== recorded.sha256)
    throw new Error(`expected sha256 ${recorded.sha256} of ${path}, found ${found}; delete the folder ${dirname(path)} to set it up again`);
}

async function searchPath(name: string): Promise<string | null> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return null;
}
