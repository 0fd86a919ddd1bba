/** Bundles of named files. */
export { makeBundleArchive } from './zip-bundle-archive.js';
