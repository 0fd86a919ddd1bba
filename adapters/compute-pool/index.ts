export type { ComputePool, ComputePoolOptions, ComputeProgress, ComputeTask } from './compute-pool.js';
export { makeComputePool } from './compute-pool.js';
