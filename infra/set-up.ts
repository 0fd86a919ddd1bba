/** Sets up what a run needs on this machine: native libraries and programs, into the cache folder. */
import { ensureNativeLibraries } from './native-libraries.js';

await ensureNativeLibraries();
