export type { ChildEnd, ComputePool, ComputePoolOptions, ComputeProgress, ComputeTask, PoolState } from './compute-pool.js';
export { makeComputePool } from './compute-pool.js';
