/** tfjs' plain JavaScript kernels: slow, no library, for small checks of the others. */
import { createRequire } from 'node:module';
import type { RegisterBackend } from './register-backend.js';

/** Registers the backend `cpu`. */
export const registerPlain: RegisterBackend = async () => {
  // Loading it registers it, with the tfjs-core that CommonJS packages share with ours.
  const require = createRequire(import.meta.url);
  const { version_cpu: version } = require('@tensorflow/tfjs-backend-cpu') as { version_cpu: string };
  return { version: `plain JavaScript ${version}` };
};
