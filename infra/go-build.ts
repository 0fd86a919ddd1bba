/** Programs built from their pinned module versions; Go's checksum database vouches for the sources. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { say } from './progress.js';
import { runCommand, tryCommand } from './run-command.js';

export interface GoModule {
  readonly name: string;
  readonly version: string;
  readonly module: string;
}

/** Builds the module's program and puts it at `path`. @throws Error when Go is missing or the build fails. */
export async function buildGoProgram(source: GoModule, path: string): Promise<void> {
  const go = await tryCommand('go', ['version']).catch(() => null);
  if (go === null || go.code !== 0)
    throw new Error(`Go is not installed (it builds ${source.module}@v${source.version}); install Go, or put ${source.name} on PATH`);
  say(`building ${source.name} ${source.version} with ${go.stdout.trim()}; this takes a few minutes, once`);
  const folder = await mkdtemp(join(dirname(path), 'go-'));
  try {
    await runCommand('go', ['install', '-trimpath', '-ldflags', '-s -w', `${source.module}@v${source.version}`], { env: { GOBIN: folder, GOFLAGS: '' } });
    // Go names a program after its package.
    await rename(join(folder, basename(source.module)), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
