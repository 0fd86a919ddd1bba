/** In-step checkpoints on the object store. */
export { openCheckpoint } from './stored-checkpoint.js';
export type { CheckpointOptions, StoredCheckpoint } from './stored-checkpoint.js';
export { partCheckpoints } from './stale-checkpoints.js';
export type { CheckpointAges } from './stale-checkpoints.js';
