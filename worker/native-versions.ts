/** Versions of the native libraries that compute, by adapter folder: part of every step key that uses them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CUDA_WHEELS, LIGHTGBM_WHEEL, TENSORFLOW_ADDON_RECIPE, TENSORFLOW_CUDA_WHEEL, TENSORFLOW_WHEEL, XGBOOST_WHEEL } from '../adapters/local-paths.js';

/** One text a library; a library put in place by environment variable is known by its bytes. */
export function nativeVersions(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return {
    'gradient-boosting': versionText(env['ARES_LIGHTGBM_LIBRARY'], `${LIGHTGBM_WHEEL.name} ${LIGHTGBM_WHEEL.version} ${LIGHTGBM_WHEEL.sha256}`),
    xgboost: versionText(env['ARES_XGBOOST_LIBRARY'], `${XGBOOST_WHEEL.name} ${XGBOOST_WHEEL.version} ${XGBOOST_WHEEL.sha256}`),
    // Both builds, whichever computes here: which one a plan's networks use is the key's device.
    'tensor-backend': [
      versionText(
        env['ARES_TFJS_ADDON'],
        `${TENSORFLOW_WHEEL.name} ${TENSORFLOW_WHEEL.version} ${TENSORFLOW_WHEEL.sha256} ${JSON.stringify(TENSORFLOW_ADDON_RECIPE)}`,
      ),
      versionText(
        env['ARES_TFJS_CUDA_ADDON'],
        [TENSORFLOW_CUDA_WHEEL, ...CUDA_WHEELS].map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`).join(', '),
      ),
    ].join('; '),
  };
}

function versionText(override: string | undefined, pinned: string): string {
  if (override === undefined || override === '') return pinned;
  return `file ${createHash('sha256').update(readFileSync(override)).digest('hex')}`;
}
