/** Where things lie on this machine: the program cache, the run state, the native libraries. No file is touched here. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** A wheel on the Python package index, pinned by version and by the sha256 of its file. */
export interface PinnedWheel {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** LightGBM's official wheel: its C library is all that is taken out of it. */
export const LIGHTGBM_WHEEL: PinnedWheel = {
  name: 'lightgbm',
  version: '4.7.0',
  sha256: 'd23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7',
};

/** XGBoost's official wheel without CUDA: its C library and the OpenMP runtime it was linked with are taken out of it. */
export const XGBOOST_WHEEL: PinnedWheel = {
  name: 'xgboost-cpu',
  version: '3.2.0',
  sha256: '9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950',
};

/** TensorFlow's official CPU wheel: its C++ library and the C headers are taken out of it. */
export const TENSORFLOW_WHEEL: PinnedWheel = {
  name: 'tensorflow-cpu',
  version: '2.19.1',
  sha256: '0b6d72bd09c267e7573757bd309f5b1e2cdb02577339991da751f3a1411e4dae',
};

/** TensorFlow's official wheel with CUDA 12 kernels: `npm start -- --gpu` takes its C++ library and headers. 645 MB. */
export const TENSORFLOW_CUDA_WHEEL: PinnedWheel = {
  name: 'tensorflow',
  version: '2.19.1',
  sha256: '8e5524eb492160576e5eeea9bb472ddc653123503f2290f83123d5ac9545750e',
};

/** NVIDIA's own wheels of the CUDA 12 libraries that TensorFlow 2.19 loads, in the versions that its extra `and-cuda` pins. 2.3 GB. */
export const CUDA_WHEELS: readonly PinnedWheel[] = [
  { name: 'nvidia-cublas-cu12', version: '12.5.3.2', sha256: 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b' },
  { name: 'nvidia-cuda-cupti-cu12', version: '12.5.82', sha256: 'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953' },
  { name: 'nvidia-cuda-nvrtc-cu12', version: '12.5.82', sha256: '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd' },
  { name: 'nvidia-cuda-runtime-cu12', version: '12.5.82', sha256: '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115' },
  { name: 'nvidia-cudnn-cu12', version: '9.3.0.75', sha256: '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d' },
  { name: 'nvidia-cufft-cu12', version: '11.2.3.61', sha256: '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8' },
  { name: 'nvidia-curand-cu12', version: '10.3.6.82', sha256: '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536' },
  { name: 'nvidia-cusolver-cu12', version: '11.6.3.83', sha256: '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b' },
  { name: 'nvidia-cusparse-cu12', version: '12.5.1.3', sha256: '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752' },
  { name: 'nvidia-nccl-cu12', version: '2.23.4', sha256: 'b097258d9aab2fa9f686e33c6fe40ae57b27df60cedbd15d139701bb5509e0c1' },
  { name: 'nvidia-nvjitlink-cu12', version: '12.5.82', sha256: 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212' },
];

/** How the tfjs addon is built: version of @tensorflow/tfjs-node-gpu, Node-API level, compiler flags. Part of its folder's name. */
export const TENSORFLOW_ADDON_RECIPE = {
  source: '@tensorflow/tfjs-node-gpu@4.22.0',
  nodeApi: 8,
  flags: ['-std=c++17', '-O2', '-fPIC', '-shared'],
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Folder of programs, native libraries and cached artifacts: $ARES_CACHE, else $XDG_CACHE_HOME/ares, else ~/.cache/ares. */
export function cacheFolder(env: Environment = process.env): string {
  return folderOf(env, { own: 'ARES_CACHE', standard: 'XDG_CACHE_HOME', home: '.cache' });
}

/** Folder of run state (Temporal's database, S3 objects, logs, profile): $ARES_STATE, else $XDG_STATE_HOME/ares, else ~/.local/state/ares. */
export function stateFolder(env: Environment = process.env): string {
  return folderOf(env, { own: 'ARES_STATE', standard: 'XDG_STATE_HOME', home: join('.local', 'state') });
}

/** Folder of the read-through cache of artifacts, by sha256. */
export function artifactCacheFolder(env: Environment = process.env): string {
  return join(cacheFolder(env), 'artifacts');
}

/** The boosting libraries: their wheels, where the library lies in the unpacked folder, and the variable that names another file. */
export const BOOSTING_LIBRARIES = {
  lightgbm: { wheel: LIGHTGBM_WHEEL, file: 'lib_lightgbm.so', variable: 'ARES_LIGHTGBM_LIBRARY' },
  xgboost: { wheel: XGBOOST_WHEEL, file: join('xgboost', 'lib', 'libxgboost.so'), variable: 'ARES_XGBOOST_LIBRARY' },
} as const;

/** Path of a boosting library: the file its variable names, else the one set up in the cache folder (it exists after `npm start`). */
export function nativeLibraryPath(name: keyof typeof BOOSTING_LIBRARIES, env: Environment = process.env): string {
  const { file, variable } = BOOSTING_LIBRARIES[name];
  const given = env[variable];
  return given !== undefined && given !== '' ? given : join(boostingFolder(name, env), file);
}

/** Folder that a boosting library's wheel is unpacked into. */
export function boostingFolder(name: keyof typeof BOOSTING_LIBRARIES, env: Environment = process.env): string {
  const { wheel } = BOOSTING_LIBRARIES[name];
  return join(nativeFolder(env), `${wheel.name}-${wheel.version}-${wheel.sha256.slice(0, 12)}`);
}

/** Folder of TensorFlow's libraries and headers. */
export function tensorflowFolder(env: Environment = process.env): string {
  return join(nativeFolder(env), `tensorflow-cpu-${TENSORFLOW_WHEEL.version}-${TENSORFLOW_WHEEL.sha256.slice(0, 12)}`);
}

/** Folder of TensorFlow's CUDA libraries and headers (`tensorflow/`) and NVIDIA's (`nvidia/`), laid out as TensorFlow looks for them. */
export function tensorflowCudaFolder(env: Environment = process.env): string {
  return join(nativeFolder(env), `tensorflow-cuda-${TENSORFLOW_CUDA_WHEEL.version}-${shortHash([TENSORFLOW_CUDA_WHEEL, CUDA_WHEELS])}`);
}

/** Path of the tfjs addon: $ARES_TFJS_ADDON, else the one built in the cache folder (it exists after `npm start`). */
export function tensorflowAddonPath(env: Environment = process.env): string {
  return env['ARES_TFJS_ADDON'] || join(nativeFolder(env), `tfjs-addon-${shortHash([TENSORFLOW_ADDON_RECIPE, TENSORFLOW_WHEEL])}`, 'tfjs_binding.node');
}

/** Path of the tfjs addon over CUDA: $ARES_TFJS_CUDA_ADDON, else the one built in the cache folder (it exists after `npm start -- --gpu`). */
export function tensorflowCudaAddonPath(env: Environment = process.env): string {
  const hash = shortHash([TENSORFLOW_ADDON_RECIPE, TENSORFLOW_CUDA_WHEEL, CUDA_WHEELS]);
  return env['ARES_TFJS_CUDA_ADDON'] || join(nativeFolder(env), `tfjs-cuda-addon-${hash}`, 'tfjs_binding.node');
}

/** Path of the profile that names the addresses of the running local stack. */
export function profilePath(env: Environment = process.env): string {
  return join(stateFolder(env), 'profile.json');
}

function shortHash(pins: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(pins)).digest('hex').slice(0, 12);
}

function nativeFolder(env: Environment): string {
  return join(cacheFolder(env), 'native');
}

function folderOf(env: Environment, names: { own: string; standard: string; home: string }): string {
  const own = env[names.own];
  if (own !== undefined && own !== '') {
    if (!isAbsolute(own)) throw new RangeError(`expected ${names.own} to be an absolute path, found ${own}`);
    return own;
  }
  const standard = env[names.standard];
  if (standard !== undefined && isAbsolute(standard)) return join(standard, 'ares');
  return join(homedir(), names.home, 'ares');
}
