/** A stress scenario laid over the minutes of a simulated market. */
import { deriveSeed, makeRandom } from '../stats/random.js';
import { DAY_MS, MINUTE_MS } from './market-parameters.js';
import type { MarketShape } from './market-parameters.js';
import { stressScenario } from './stress-scenarios.js';

/** One value a minute of the window, as in StressShock. */
export interface MarketStress {
  readonly scale: Float64Array;
  readonly gap: Float64Array;
  readonly drift: Float64Array;
  readonly volume: Float64Array;
  /** Distance of a trade from the middle, price ticks. */
  readonly halfSpreadTicks: Float64Array;
}

/**
 * What the shape's scenario does to each of `minuteCount` minutes, or null without one. It is drawn for its whole span of
 * stressDays from stressAfterDays on, whether or not the window holds all of it: an earlier end changes no earlier minute.
 */
export function drawMarketStress(shape: MarketShape, minuteCount: number, seed: number): MarketStress | null {
  if (shape.stress === 'none') return null;
  const minutesPerDay = DAY_MS / MINUTE_MS;
  const count = Math.max(1, Math.round(shape.stressDays * minutesPerDay));
  const from = Math.round(shape.stressAfterDays * minutesPerDay);
  const shock = stressScenario(shape.stress).draw(count, makeRandom(deriveSeed(seed, 'stress', shape.stress)));
  const laid = (values: Float64Array, outside: number): Float64Array => {
    const out = new Float64Array(minuteCount).fill(outside);
    if (from < minuteCount) out.set(values.subarray(0, minuteCount - from), from);
    return out;
  };
  return {
    scale: laid(shock.scale, 1),
    gap: laid(shock.gap, 0),
    drift: laid(shock.drift, 0),
    volume: laid(shock.volume, 1),
    halfSpreadTicks: laid(new Float64Array(count).fill(Math.max(1, Math.round(shock.halfSpread))), 1),
  };
}
