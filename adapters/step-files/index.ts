/** A step's inputs and outputs as files: what a compute child reads and stages, and how the parent commits it. */
export { makeStepInputs } from './step-inputs.js';
export { makeStepOutputs } from './step-outputs.js';
export type { StagingOutputs } from './step-outputs.js';
export { commitStaged } from './commit-staged.js';
