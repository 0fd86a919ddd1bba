/** The tfjs addon over TensorFlow's C library in the cache folder: official wheels, two C++ files compiled against them. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import {
  CUDA_WHEELS,
  TENSORFLOW_ADDON_RECIPE,
  TENSORFLOW_CUDA_WHEEL,
  TENSORFLOW_WHEEL,
  tensorflowCudaFolder,
  tensorflowFolder,
} from '../adapters/local-paths.js';
import type { PinnedWheel } from '../adapters/local-paths.js';
import { nodeHeaders } from './node-headers.js';
import { say } from './progress.js';
import { runCommand } from './run-command.js';
import { unpackWheel } from './wheels.js';

/** The C headers that the addon's source includes; the wheel holds 10,000 more. */
const HEADER_FOLDERS = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/platform/',
  'tensorflow/include/xla/tsl/c/',
];
const TENSORFLOW_LIBRARIES = { 'libtensorflow_cc.so.2': 'libtensorflow.so', 'libtensorflow_framework.so.2': 'libtensorflow_framework.so' } as const;

/** Builds the addon over TensorFlow's CPU library at `path`. @throws Error naming what is missing */
export async function setUpCpuAddon(path: string): Promise<void> {
  const folder = tensorflowFolder();
  if (!existsSync(folder)) await whole(folder, async (unpacked) => unpackTensorflow(TENSORFLOW_WHEEL, unpacked));
  await buildAddon(path, folder, TENSORFLOW_WHEEL);
}

/** Builds the addon over TensorFlow's CUDA library at `path`: 3 GB of wheels, 6 GB unpacked. Needs no GPU. @throws Error naming what is missing */
export async function setUpCudaAddon(path: string): Promise<void> {
  const folder = tensorflowCudaFolder();
  if (!existsSync(folder)) await whole(folder, unpackCuda);
  await buildAddon(path, join(folder, 'tensorflow'), TENSORFLOW_CUDA_WHEEL);
}

async function unpackCuda(folder: string): Promise<void> {
  await unpackTensorflow(TENSORFLOW_CUDA_WHEEL, join(folder, 'tensorflow'));
  for (const wheel of CUDA_WHEELS) {
    const part = wheel.name.replace(/^nvidia-(.*)-cu12$/, '$1').replaceAll('-', '_');
    const prefix = `nvidia/${part}/`;
    await unpackWheel(wheel, join(folder, 'nvidia', part), (member) =>
      member.startsWith(`${prefix}lib/`) && member.includes('.so') ? member.slice(prefix.length) : null,
    );
  }
}

async function unpackTensorflow(wheel: PinnedWheel, folder: string): Promise<void> {
  await unpackWheel(wheel, folder, (member) => {
    const library = Object.keys(TENSORFLOW_LIBRARIES).find((name) => member === `tensorflow/${name}`);
    if (library !== undefined) return library;
    return member.endsWith('.h') && HEADER_FOLDERS.some((prefix) => member.startsWith(prefix)) ? member.slice('tensorflow/'.length) : null;
  });
  for (const [library, link] of Object.entries(TENSORFLOW_LIBRARIES)) await symlink(library, join(folder, link));
}

/** The folder as `fill` leaves it, or none. */
async function whole(folder: string, fill: (unpacked: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const unpacked = `${folder}.unpacked-${process.pid}`;
  try {
    await fill(unpacked);
    await rename(unpacked, folder);
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

async function buildAddon(path: string, tensorflow: string, wheel: PinnedWheel): Promise<void> {
  say(`building the TensorFlow addon (${TENSORFLOW_ADDON_RECIPE.source} against ${wheel.name} ${wheel.version})`);
  const folder = dirname(path);
  const staging = await mkdtemp(`${folder}.part-`);
  try {
    await compileAddon(tensorflow, join(staging, basename(path)), relative(folder, tensorflow));
    await checkAddon(join(staging, basename(path)), wheel);
    await rm(folder, { recursive: true, force: true });
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The addon's two source files use Node-API alone, so one build serves every supported Node. */
async function compileAddon(tensorflow: string, output: string, libraries: string): Promise<void> {
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
    `-Wl,-rpath,$ORIGIN/${libraries}`,
    '-o',
    output,
  ]);
}

async function checkAddon(path: string, wheel: PinnedWheel): Promise<void> {
  const script = `process.stdout.write(require(${JSON.stringify(path)}).TF_Version)`;
  const result = await runCommand(process.execPath, ['-e', script], { env: { TF_CPP_MIN_LOG_LEVEL: '2' } });
  if (result.stdout !== wheel.version) throw new Error(`expected the addon to report TensorFlow ${wheel.version}, found ${result.stdout}`);
}
