/** What this machine must have, what each is for, and whether it is there. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder, nativeLibraryPath, stateFolder, tensorflowAddonPath, tensorflowCudaAddonPath } from '../adapters/local-paths.js';
import { nodeHeaders } from './node-headers.js';
import { TEMPORAL, VERSITYGW, findProgram } from './programs.js';
import type { Program } from './programs.js';
import { tryCommand } from './run-command.js';

export interface Prerequisite {
  readonly name: string;
  readonly purpose: string;
  readonly found: string;
  /** missing = a run or a set-up that is still to be done cannot go on without it; unneeded = absent, but what it is for is there already. */
  readonly state: 'ok' | 'missing' | 'unneeded';
}

const MINIMUM_CACHE_MIB = 3 * 1024;
const MINIMUM_STATE_MIB = 2 * 1024;

/** Every prerequisite, looked up now. */
export async function checkPrerequisites(): Promise<readonly Prerequisite[]> {
  const lightgbm = existsSync(nativeLibraryPath('lightgbm'));
  const xgboost = existsSync(nativeLibraryPath('xgboost'));
  const addon = existsSync(tensorflowAddonPath());
  const temporal = await findProgram(TEMPORAL);
  const versitygw = await findProgram(VERSITYGW);
  const areProgramsThere = temporal !== null && versitygw !== null;
  return [
    { name: 'Node', purpose: 'runs everything', found: `${process.versions.node} (20.19 up to 24)`, state: 'ok' },
    await command({
      name: 'Python with pip',
      purpose: 'downloads the wheels that hold LightGBM, XGBoost and TensorFlow',
      run: ['python3', '-m', 'pip', '--version'],
      isSettled: lightgbm && xgboost && addon,
    }),
    await command({ name: 'C++ compiler', purpose: 'builds the TensorFlow addon', run: [process.env['CXX'] || 'c++', '--version'], isSettled: addon }),
    state({ name: 'Node headers', purpose: 'the TensorFlow addon is built against them' }, nodeHeaders(), addon),
    await command({
      name: 'Go',
      purpose: 'builds Temporal and versitygw where they cannot be downloaded',
      run: ['go', 'version'],
      isSettled: areProgramsThere,
    }),
    await program(TEMPORAL, 'orchestrates runs, shows them in its Web UI'),
    await program(VERSITYGW, 'keeps artifacts: an S3 server over a folder'),
    state({ name: 'LightGBM', purpose: 'gradient boosting, random forests' }, lightgbm ? nativeLibraryPath('lightgbm') : null, true),
    state({ name: 'XGBoost', purpose: 'gradient boosting' }, xgboost ? nativeLibraryPath('xgboost') : null, true),
    state({ name: 'TensorFlow addon', purpose: 'networks' }, addon ? tensorflowAddonPath() : null, true),
    await cuda(),
    await webgpu(),
    await library('libgomp', 'LightGBM computes in parallel with it', 'libgomp.so.1'),
    await space('disk for the cache', cacheFolder(), MINIMUM_CACHE_MIB),
    await space('disk for run state', stateFolder(), MINIMUM_STATE_MIB),
  ];
}

function state(wanted: { name: string; purpose: string }, found: string | null, isSettled: boolean): Prerequisite {
  if (found !== null) return { ...wanted, found, state: 'ok' };
  return { ...wanted, found: isSettled ? 'not there; set up at the first start' : 'not found', state: isSettled ? 'unneeded' : 'missing' };
}

async function command(wanted: { name: string; purpose: string; run: readonly string[]; isSettled: boolean }): Promise<Prerequisite> {
  const [program = '', ...args] = wanted.run;
  const result = await tryCommand(program, args, { timeoutMs: 20_000 }).catch(() => null);
  const line = result !== null && result.code === 0 ? (result.stdout.split('\n')[0] ?? '') : null;
  if (line !== null) return { name: wanted.name, purpose: wanted.purpose, found: line, state: 'ok' };
  return { name: wanted.name, purpose: wanted.purpose, found: 'not found', state: wanted.isSettled ? 'unneeded' : 'missing' };
}

/** NVIDIA's driver and card, and the addon over CUDA. A machine without a GPU misses nothing, unless ARES_GPU asks for one. */
async function cuda(): Promise<Prerequisite> {
  const result = await tryCommand('nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader'], { timeoutMs: 20_000 }).catch(() => null);
  const card = result !== null && result.code === 0 ? result.stdout.trim().replaceAll('\n', '; ') : null;
  const addon = existsSync(tensorflowCudaAddonPath()) ? tensorflowCudaAddonPath() : 'addon not built (npm start -- --gpu)';
  const isReady = card !== null && existsSync(tensorflowCudaAddonPath());
  return gpu({ name: 'GPU over CUDA', found: `${card ?? 'no NVIDIA GPU'}; ${addon}`, isReady, isAsked: process.env['ARES_GPU'] === 'cuda' });
}

/** Asked in a process of its own: a driver that crashes takes only that one with it. */
async function webgpu(): Promise<Prerequisite> {
  const result = await tryCommand(process.execPath, [join(import.meta.dirname, '..', 'worker', 'webgpu-device.js')], { timeoutMs: 60_000 }).catch(() => null);
  const device = result !== null && result.code === 0 ? (JSON.parse(result.stdout) as { readonly name: string; readonly isSoftware: boolean } | null) : null;
  const found = device === null ? 'no device that Vulkan knows' : `${device.name}${device.isSoftware ? ' (software: no GPU)' : ''}`;
  return gpu({ name: 'GPU over WebGPU', found, isReady: device !== null && !device.isSoftware, isAsked: process.env['ARES_GPU'] === 'webgpu' });
}

function gpu({ name, found, isReady, isAsked }: { name: string; found: string; isReady: boolean; isAsked: boolean }): Prerequisite {
  return { name, purpose: 'trains networks with device gpu', found, state: isReady ? 'ok' : isAsked ? 'missing' : 'unneeded' };
}

async function program(wanted: Program, purpose: string): Promise<Prerequisite> {
  const found = await findProgram(wanted);
  const where = found === null ? null : `${found.path} (${found.origin})`;
  return state({ name: wanted.name, purpose }, where, true);
}

async function library(name: string, purpose: string, file: string): Promise<Prerequisite> {
  const cached = await tryCommand('/sbin/ldconfig', ['-p'], { timeoutMs: 20_000 }).catch(() => null);
  const line = cached?.stdout.split('\n').find((candidate) => candidate.includes(`${file} `) && candidate.includes('x86-64'));
  return line === undefined
    ? { name, purpose, found: `${file} not found`, state: 'missing' }
    : { name, purpose, found: String(line.split('=> ')[1]), state: 'ok' };
}

async function space(name: string, folder: string, minimumMiB: number): Promise<Prerequisite> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const freeMiB = Math.floor((bavail * bsize) / 2 ** 20);
  return { name, purpose: `${folder}: at least ${minimumMiB} MiB`, found: `${freeMiB} MiB free`, state: freeMiB >= minimumMiB ? 'ok' : 'missing' };
}
