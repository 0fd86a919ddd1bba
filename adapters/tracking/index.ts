/** The experiment tracker. */
export { makeMlflowTracker, recordPath } from './mlflow-tracker.js';
export type { MlflowTrackerOptions, TrackingRecord } from './mlflow-tracker.js';
export { readTrackingSettings } from './tracking-settings.js';
