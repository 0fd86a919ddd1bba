/** Native libraries in the cache folder: LightGBM's and XGBoost's C libraries and the tfjs addon over TensorFlow's C library, from official wheels. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  BOOSTING_LIBRARIES,
  LIGHTGBM_WHEEL,
  XGBOOST_WHEEL,
  boostingFolder,
  nativeLibraryPath,
  tensorflowAddonPath,
  tensorflowCudaAddonPath,
} from '../adapters/local-paths.js';
import { tryCommand } from './run-command.js';
import { withSetUpLock } from './set-up-lock.js';
import { setUpCpuAddon, setUpCudaAddon } from './tensorflow-addon.js';
import { unpackWheel } from './wheels.js';

/**
 * Sets up what is missing of the native libraries; those for CUDA only where ARES_GPU=cuda asks for them. Does nothing in under a millisecond when all is there.
 * @throws Error naming the prerequisite that is missing, or the variable whose file does not exist.
 */
export async function ensureNativeLibraries(): Promise<void> {
  for (const name of ['lightgbm', 'xgboost'] as const) {
    const [path, folder] = [nativeLibraryPath(name), boostingFolder(name)];
    await ensure({ path, folder, variable: BOOSTING_LIBRARIES[name].variable }, name === 'lightgbm' ? setUpLightgbm : setUpXgboost);
  }
  const addon = tensorflowAddonPath();
  await ensure({ path: addon, folder: dirname(addon), variable: 'ARES_TFJS_ADDON' }, setUpCpuAddon);
  if (process.env['ARES_GPU'] !== 'cuda') return;
  const cudaAddon = tensorflowCudaAddonPath();
  await ensure({ path: cudaAddon, folder: dirname(cudaAddon), variable: 'ARES_TFJS_CUDA_ADDON' }, setUpCudaAddon);
}

/** `folder` is what the set-up puts in place, and what is locked meanwhile. */
async function ensure({ path, folder, variable }: { path: string; folder: string; variable: string }, setUp: (path: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  if (process.env[variable]) throw new Error(`expected ${variable} to name a file, found ${path}, which does not exist`);
  await withSetUpLock(folder, async () => {
    if (!existsSync(path)) await setUp(path);
  });
}

async function setUpLightgbm(path: string): Promise<void> {
  await unpackWheel(LIGHTGBM_WHEEL, dirname(path), (member) => (member === 'lightgbm/lib/lib_lightgbm.so' ? 'lib_lightgbm.so' : null));
  await checkLoads(path, 'LightGBM');
}

/** The library finds the wheel's own OpenMP runtime two folders up, so both keep their places. */
async function setUpXgboost(path: string): Promise<void> {
  const isWanted = (member: string): boolean => member === 'xgboost/lib/libxgboost.so' || member.startsWith('xgboost_cpu.libs/');
  await unpackWheel(XGBOOST_WHEEL, boostingFolder('xgboost'), (member) => (isWanted(member) ? member : null));
  await checkLoads(path, 'XGBoost');
}

/** A library whose own dependencies are missing (libgomp) is found here, with its name, rather than in the middle of a run. */
async function checkLoads(path: string, name: string): Promise<void> {
  const result = await tryCommand('ldd', [path]);
  const missing = result.stdout
    .split('\n')
    .filter((line) => line.includes('not found'))
    .map((line) => line.trim());
  if (missing.length > 0)
    throw new Error(`${name} needs system libraries that are not installed: ${missing.join('; ')} (libgomp is Debian's package libgomp1)`);
}
