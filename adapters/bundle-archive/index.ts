/** Bundles of named files. */
export { makeBundleArchive, packDeflated } from './zip-bundle-archive.js';
