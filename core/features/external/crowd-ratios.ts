/** Long over short of all traders and of the largest ones, as the exchange publishes them: the crowd's side (Wang 2003, trader positions and returns). */
import type { BarExtraName } from '../../data/bar-extras.js';
import type { Feature } from '../feature.js';
import { logRatioOrZero } from '../rolling/ratio.js';
import { rollingScore } from '../rolling/rolling-variance.js';

const WANG = 'Wang 2003';
/** A value of n differs from their mean by at most (n - 1) / sqrt(n) sample deviations. */
const BOUND = 95 / Math.sqrt(96);

/** The log of a ratio, 0 where as many are long as short, and its z-score over 96 bars. */
const entries = (extra: BarExtraName, name: string): readonly Feature[] => [
  {
    name,
    inputs: [extra],
    warmUp: 0,
    range: [null, null],
    source: WANG,
    set: extra === 'accountRatio' ? 'basic' : 'all',
    compute: (bars) => bars.extras[extra].map(Math.log),
  },
  {
    name: `${name}_score_96`,
    inputs: [extra],
    warmUp: 95,
    range: [-BOUND, BOUND],
    source: WANG,
    set: 'all',
    compute: (bars) => rollingScore(bars.extras[extra].map(Math.log), 96),
  },
];

export const crowdRatioFeatures: readonly Feature[] = [
  ...entries('accountRatio', 'account_ratio'),
  ...entries('topAccountRatio', 'top_account_ratio'),
  ...entries('topPositionRatio', 'top_position_ratio'),
  ...entries('takerRatio', 'taker_ratio'),
  // Above 0 where the largest traders are longer than all.
  {
    name: 'top_against_all',
    inputs: ['accountRatio', 'topPositionRatio'],
    warmUp: 0,
    range: [null, null],
    source: WANG,
    set: 'all',
    compute: (bars) => logRatioOrZero(bars.extras['topPositionRatio'], bars.extras['accountRatio']),
  },
];
