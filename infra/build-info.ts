/** What a build says of itself: commit, whether the tree was changed, and the locked versions of what it depends on. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildInfo } from '../pipeline/build-info.js';

/**
 * The build of a clone. Outside git (a container's context, an archive) the commit is ARES_BUILD_COMMIT, or unknown.
 * @throws Error when the lockfile lacks a dependency of package.json
 */
export async function describeBuildOf(root: string, env: NodeJS.ProcessEnv): Promise<BuildInfo> {
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { version?: string }> };
  const versions = Object.keys(dependencies).map((name): [string, string] => {
    const version = packages[`node_modules/${name}`]?.version;
    if (version === undefined) throw new Error(`expected package ${name} in ${join(root, 'package-lock.json')}, found none`);
    return [name, version];
  });
  return { schema: 'ares.build', ...sourcesOf(root, env), node: process.version, packages: Object.fromEntries(versions) };
}

function sourcesOf(root: string, env: NodeJS.ProcessEnv): Pick<BuildInfo, 'commit' | 'dirty'> {
  if (!existsSync(join(root, '.git'))) return { commit: env['ARES_BUILD_COMMIT'] || null, dirty: false };
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  return { commit: git('rev-parse', 'HEAD'), dirty: git('status', '--porcelain') !== '' };
}
