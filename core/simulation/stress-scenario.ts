/** What a stress scenario is: named numbers and a shock drawn from them. */
import type { Random } from '../stats/random.js';
import type { StressShock } from './stress-bars.js';

export interface StressScenario {
  readonly id: string;
  /** In words, for the report. */
  readonly description: string;
  /** Every number that the shock rests on. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The shock of a span of `count` 1m bars; its place and size come from `random`. */
  readonly draw: (count: number, random: Random) => StressShock;
}

/** First bar of an episode of `length` bars, anywhere it fits in a span of `count`. */
export function drawStart(count: number, length: number, random: Random): number {
  return random.below(Math.max(1, count - length + 1));
}
