/** Gradient boosting by LightGBM's own C library. */
export { makeGradientBoosting } from './lightgbm.js';
