import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { artifactCacheFolder, cacheFolder, nativeLibraryPath, profilePath, stateFolder, tensorflowAddonPath } from '../../adapters/local-paths.js';

test('the cache folder is ARES_CACHE, else under XDG_CACHE_HOME, else under the home folder', () => {
  assert.equal(cacheFolder({ ARES_CACHE: '/a', XDG_CACHE_HOME: '/x' }), '/a');
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/x' }), join('/x', 'ares'));
  assert.equal(cacheFolder({ ARES_CACHE: '' }), join(homedir(), '.cache', 'ares'));
});

test('the state folder lies apart from the cache folder', () => {
  assert.equal(stateFolder({ ARES_STATE: '/s' }), '/s');
  assert.equal(stateFolder({ XDG_STATE_HOME: '/x' }), join('/x', 'ares'));
  assert.equal(stateFolder({}), join(homedir(), '.local', 'state', 'ares'));
  assert.equal(profilePath({ ARES_STATE: '/s' }), join('/s', 'profile.json'));
});

test('a relative folder is refused by name, a relative XDG folder is ignored as its standard says', () => {
  assert.throws(() => cacheFolder({ ARES_CACHE: 'here' }), { name: 'RangeError', message: /ARES_CACHE.*here/ });
  assert.equal(cacheFolder({ XDG_CACHE_HOME: 'here' }), join(homedir(), '.cache', 'ares'));
});

test('native libraries lie in the cache folder unless the environment names others', () => {
  const env = { ARES_CACHE: '/a' };
  assert.match(nativeLibraryPath('lightgbm', env), /^\/a\/native\/lightgbm-4\.7\.0-[0-9a-f]{12}\/lib_lightgbm\.so$/);
  assert.match(nativeLibraryPath('xgboost', env), /^\/a\/native\/xgboost-cpu-3\.2\.0-[0-9a-f]{12}\/xgboost\/lib\/libxgboost\.so$/);
  assert.match(tensorflowAddonPath(env), /^\/a\/native\/tfjs-addon-[0-9a-f]{12}\/tfjs_binding\.node$/);
  assert.equal(artifactCacheFolder(env), join('/a', 'artifacts'));
  assert.equal(nativeLibraryPath('lightgbm', { ...env, ARES_LIGHTGBM_LIBRARY: '/l.so' }), '/l.so');
  assert.equal(nativeLibraryPath('xgboost', { ...env, ARES_XGBOOST_LIBRARY: '/x.so' }), '/x.so');
  assert.equal(tensorflowAddonPath({ ...env, ARES_TFJS_ADDON: '/t.node' }), '/t.node');
});
