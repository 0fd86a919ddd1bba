/**
 * The code hash of each step: sha256 over the bundled sources that the step runs (its function, core, the adapters it names) and the
 * versions of the packages that compute. Comments, formatting and the folder of the clone do not change it; code does.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { canonicalJson } from '../pipeline/canonical-json.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import { STEPS } from '../pipeline/steps/index.js';
import { describeBuildOf } from './build-info.js';
import { repositoryRoot } from './repository-root.js';

/** Packages whose version can change a computed value. */
const COMPUTING_PACKAGES = [
  '@duckdb/node-api',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-node-gpu',
  'koffi',
  'parquetjs-lite',
  'webgpu',
] as const;

/**
 * Hash by step id, of the built files under `folder`.
 * @throws Error naming the step's file that is missing.
 */
export async function computeCodeHashes(folder: string, versions: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const step of STEPS) hashes[step.id] = await hashStep(step, folder, versions);
  return hashes;
}

/** Locked versions of the computing packages. @throws Error when the lockfile lacks one. */
export async function computingVersions(lockfile: string): Promise<Record<string, string>> {
  const { packages } = JSON.parse(await readFile(lockfile, 'utf8')) as { packages: Record<string, { version?: string }> };
  const entries = COMPUTING_PACKAGES.map((name): [string, string] => {
    const version = packages[`node_modules/${name}`]?.version;
    if (version === undefined) throw new Error(`expected package ${name} in ${lockfile}, found none`);
    return [name, version];
  });
  return Object.fromEntries(entries);
}

async function hashStep(step: StepDefinition, folder: string, versions: Readonly<Record<string, string>>): Promise<string> {
  const files = [join('activities', `${step.id}.js`), ...step.adapters.map((name) => join('adapters', name, 'index.js'))];
  const parts: Record<string, string> = {};
  for (const file of files) {
    if (!existsSync(join(folder, file))) throw new Error(`step ${step.id} needs ${file} in ${folder}, which does not exist`);
    parts[file] = createHash('sha256')
      .update(await bundleOf(file, folder))
      .digest('hex');
  }
  return createHash('sha256').update(canonicalJson({ parts, versions })).digest('hex');
}

/** One text of all that a file imports, packages left out; identifiers are kept, so equal code gives equal text. */
async function bundleOf(file: string, folder: string): Promise<string> {
  const result = await build({
    entryPoints: [file],
    absWorkingDir: folder,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: false,
    treeShaking: true,
    logLevel: 'silent',
  });
  return result.outputFiles[0]?.text ?? '';
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = repositoryRoot();
  const hashes = await computeCodeHashes(join(root, 'dist'), await computingVersions(join(root, 'package-lock.json')));
  await writeFile(join(root, 'dist', 'code-hashes.json'), `${JSON.stringify(hashes, null, 2)}\n`);
  await writeFile(join(root, 'dist', 'build-info.json'), `${JSON.stringify(await describeBuildOf(root, process.env), null, 2)}\n`);
}
