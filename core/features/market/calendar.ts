/** Time of day and of week as points on a circle (UTC), of the bar's close: activity is diurnal (Andersen and Bollerslev 1997). */
import type { Feature, FeatureSet } from '../feature.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Part of the period that has passed, in radians. */
function angle(timeMs: number, periodMs: number): number {
  return (2 * Math.PI * (timeMs % periodMs)) / periodMs;
}

const entry = (name: string, set: FeatureSet, phase: (timeMs: number) => number): Feature => ({
  name,
  inputs: ['closeTimeMs'],
  warmUp: 0,
  range: [-1, 1],
  source: 'Andersen and Bollerslev 1997',
  set,
  compute: ({ closeTimeMs }) => {
    const out = new Float64Array(closeTimeMs.length);
    for (let t = 0; t < out.length; t++) out[t] = phase(closeTimeMs[t]);
    return out;
  },
});

export const calendarFeatures: readonly Feature[] = [
  entry('hour_sine', 'minimal', (timeMs) => Math.sin(angle(timeMs, DAY_MS))),
  entry('hour_cosine', 'minimal', (timeMs) => Math.cos(angle(timeMs, DAY_MS))),
  entry('day_sine', 'basic', (timeMs) => Math.sin(angle(timeMs, WEEK_MS))),
  entry('day_cosine', 'basic', (timeMs) => Math.cos(angle(timeMs, WEEK_MS))),
];
