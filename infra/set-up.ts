/** Sets up what a run needs on this machine: native libraries and programs, into the cache folder. */
import { pathToFileURL } from 'node:url';
import { ensureNativeLibraries } from './native-libraries.js';
import { TEMPORAL, VERSITYGW, ensureProgram } from './programs.js';

/** Everything that is missing, one after another; what an address in the environment stands for is not set up. */
export async function setUp(): Promise<void> {
  await ensureNativeLibraries();
  if (!process.env['TEMPORAL_ADDRESS']) await ensureProgram(TEMPORAL);
  if (!process.env['AWS_ENDPOINT_URL_S3'] && !process.env['AWS_ENDPOINT_URL']) await ensureProgram(VERSITYGW);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await setUp();
