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

/** TensorFlow's official CPU wheel: its C++ library and the C headers are taken out of it. */
export const TENSORFLOW_WHEEL: PinnedWheel = {
  name: 'tensorflow-cpu',
  version: '2.19.1',
  sha256: '0b6d72bd09c267e7573757bd309f5b1e2cdb02577339991da751f3a1411e4dae',
};

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

/** Path of a native library: $ARES_LIGHTGBM_LIBRARY, else the one set up in the cache folder (it exists after `npm start`). */
export function nativeLibraryPath(name: 'lightgbm', env: Environment = process.env): string {
  const given = env['ARES_LIGHTGBM_LIBRARY'];
  if (given !== undefined && given !== '') return given;
  return join(nativeFolder(env), `${name}-${LIGHTGBM_WHEEL.version}-${LIGHTGBM_WHEEL.sha256.slice(0, 12)}`, 'lib_lightgbm.so');
}

/** Folder of TensorFlow's libraries and headers. */
export function tensorflowFolder(env: Environment = process.env): string {
  return join(nativeFolder(env), `tensorflow-cpu-${TENSORFLOW_WHEEL.version}-${TENSORFLOW_WHEEL.sha256.slice(0, 12)}`);
}

/** Path of the tfjs addon: $ARES_TFJS_ADDON, else the one built in the cache folder (it exists after `npm start`). */
export function tensorflowAddonPath(env: Environment = process.env): string {
  const given = env['ARES_TFJS_ADDON'];
  if (given !== undefined && given !== '') return given;
  const hash = createHash('sha256')
    .update(JSON.stringify([TENSORFLOW_ADDON_RECIPE, TENSORFLOW_WHEEL]))
    .digest('hex')
    .slice(0, 12);
  return join(nativeFolder(env), `tfjs-addon-${hash}`, 'tfjs_binding.node');
}

/** Path of the profile that names the addresses of the running local stack. */
export function profilePath(env: Environment = process.env): string {
  return join(stateFolder(env), 'profile.json');
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
