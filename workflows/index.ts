/** Every workflow type by name: the entry of the workflow bundle. */
export { explainPlan } from './explain-plan.js';
export { trainPipeline } from './train-pipeline.js';
