/** Gradient boosting by XGBoost's own C library. */
export { makeXgboost } from './xgboost.js';
