/** Time of day and of week as points on a circle (UTC), of the bar's close: activity is diurnal (Andersen and Bollerslev 1997). */
import type { Feature, FeatureSet } from './feature.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

type Wave = (angle: number) => number;
const entry = (name: string, periodMs: number, set: FeatureSet, wave: Wave): Feature => ({
  name, inputs: ['closeTimeMs'], warmUp: 0, range: [-1, 1], source: 'Andersen and Bollerslev 1997', set,
  compute: (bars) => bars.closeTimeMs.map((timeMs) => wave((2 * Math.PI * (timeMs % periodMs)) / periodMs)),
});

export const calendarFeatures: readonly Feature[] = [
  entry('hour_sine', DAY_MS, 'minimal', Math.sin),
  entry('hour_cosine', DAY_MS, 'minimal', Math.cos),
  entry('day_sine', WEEK_MS, 'basic', Math.sin),
  entry('day_cosine', WEEK_MS, 'basic', Math.cos),
];
