/** Native libraries in the cache folder: LightGBM's C library and the tfjs addon over TensorFlow's C library, from official wheels. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import {
  LIGHTGBM_WHEEL,
  TENSORFLOW_ADDON_RECIPE,
  TENSORFLOW_WHEEL,
  nativeLibraryPath,
  tensorflowAddonPath,
  tensorflowFolder,
} from '../adapters/local-paths.js';
import { nodeHeaders } from './node-headers.js';
import { say } from './progress.js';
import { runCommand, tryCommand } from './run-command.js';
import { withSetUpLock } from './set-up-lock.js';
import { unpackWheel } from './wheels.js';

/** The C headers that the addon's source includes; the wheel holds 10,000 more. */
const HEADER_FOLDERS = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/platform/',
  'tensorflow/include/xla/tsl/c/',
];
const TENSORFLOW_LIBRARIES = { 'libtensorflow_cc.so.2': 'libtensorflow.so', 'libtensorflow_framework.so.2': 'libtensorflow_framework.so' } as const;

/**
 * Sets up what is missing of the native libraries. Does nothing in under a millisecond when all is there.
 * @throws Error naming the prerequisite that is missing, or the variable whose file does not exist.
 */
export async function ensureNativeLibraries(): Promise<void> {
  await ensure(nativeLibraryPath('lightgbm'), 'ARES_LIGHTGBM_LIBRARY', setUpLightgbm);
  await ensure(tensorflowAddonPath(), 'ARES_TFJS_ADDON', setUpTensorflowAddon);
}

async function ensure(path: string, variable: string, setUp: (path: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  if (process.env[variable]) throw new Error(`expected ${variable} to name a file, found ${path}, which does not exist`);
  await withSetUpLock(dirname(path), async () => {
    if (!existsSync(path)) await setUp(path);
  });
}

async function setUpLightgbm(path: string): Promise<void> {
  await unpackWheel(LIGHTGBM_WHEEL, dirname(path), (member) => (member === 'lightgbm/lib/lib_lightgbm.so' ? 'lib_lightgbm.so' : null));
  await checkLoads(path, 'LightGBM');
}

async function setUpTensorflowAddon(path: string): Promise<void> {
  const tensorflow = tensorflowFolder();
  if (!existsSync(tensorflow)) await setUpTensorflow(tensorflow);
  say(`building the TensorFlow addon (${TENSORFLOW_ADDON_RECIPE.source} against ${TENSORFLOW_WHEEL.name} ${TENSORFLOW_WHEEL.version})`);
  const folder = dirname(path);
  const staging = await mkdtemp(`${folder}.part-`);
  try {
    await compileAddon(tensorflow, join(staging, 'tfjs_binding.node'));
    await checkAddon(join(staging, 'tfjs_binding.node'));
    await rm(folder, { recursive: true, force: true });
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function setUpTensorflow(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const unpacked = `${folder}.unpacked-${process.pid}`;
  try {
    await unpackWheel(TENSORFLOW_WHEEL, unpacked, (member) => {
      const library = Object.keys(TENSORFLOW_LIBRARIES).find((name) => member === `tensorflow/${name}`);
      if (library !== undefined) return library;
      return member.endsWith('.h') && HEADER_FOLDERS.some((prefix) => member.startsWith(prefix)) ? member.slice('tensorflow/'.length) : null;
    });
    for (const [library, link] of Object.entries(TENSORFLOW_LIBRARIES)) await symlink(library, join(unpacked, link));
    await rename(unpacked, folder);
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** The addon's two source files use Node-API alone, so one build serves every supported Node. */
async function compileAddon(tensorflow: string, output: string): Promise<void> {
  const headers = nodeHeaders();
  if (headers === null) {
    throw new Error(
      'expected Node headers (node_api.h) beside this Node or in /usr/include/node, found none: install them, or set ARES_TFJS_ADDON to a built addon',
    );
  }
  const source = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json')), 'binding');
  const { flags, nodeApi } = TENSORFLOW_ADDON_RECIPE;
  await runCommand(process.env['CXX'] || 'c++', [
    ...flags,
    `-DNAPI_VERSION=${nodeApi}`,
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    '-DBUILDING_NODE_EXTENSION',
    '-I',
    join(tensorflow, 'include'),
    '-I',
    headers,
    join(source, 'tfjs_backend.cc'),
    join(source, 'tfjs_binding.cc'),
    '-L',
    tensorflow,
    '-ltensorflow',
    '-ltensorflow_framework',
    `-Wl,-rpath,$ORIGIN/../${basename(tensorflow)}`,
    '-o',
    output,
  ]);
}

async function checkAddon(path: string): Promise<void> {
  const script = `process.stdout.write(require(${JSON.stringify(path)}).TF_Version)`;
  const result = await runCommand(process.execPath, ['-e', script], { env: { TF_CPP_MIN_LOG_LEVEL: '2' } });
  if (result.stdout !== TENSORFLOW_WHEEL.version)
    throw new Error(`expected the addon to report TensorFlow ${TENSORFLOW_WHEEL.version}, found ${result.stdout}`);
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
