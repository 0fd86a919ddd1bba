/** What the build says of itself: its commit, and the code hash of each step. */
import { readFile } from 'node:fs/promises';
import { buildInfoSchema } from '../pipeline/build-info.js';
import type { BuildInfo } from '../pipeline/build-info.js';

/** The build that this program belongs to. @throws Error when the build wrote none, ZodError when it is damaged */
export async function readBuildInfo(): Promise<BuildInfo> {
  return buildInfoSchema.parse(await readBuildFile('build-info.json'));
}

/** sha256 of each step's source closure, by step id. */
export async function readCodeHashes(): Promise<Record<string, string>> {
  return (await readBuildFile('code-hashes.json')) as Record<string, string>;
}

async function readBuildFile(name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(new URL(`../${name}`, import.meta.url), 'utf8')) as unknown;
  } catch (cause) {
    throw new Error(`this build has no ${name}; run npm run build`, { cause });
  }
}
