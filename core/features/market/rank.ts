/** Where the last return and the last volume stand among those before them: shape-free scores (Conover 1999). */
import type { Feature } from '../feature.js';
import { logReturns } from './log-return.js';
import { rollingRank } from '../rolling/rolling-rank.js';

const WINDOW = 96;

export const rankFeatures: readonly Feature[] = [
  {
    name: `return_rank_${WINDOW}`,
    inputs: ['close'],
    warmUp: WINDOW + 1,
    range: [0, 1],
    source: 'Conover 1999, ch. 5',
    set: 'all',
    compute: (bars) => rollingRank(logReturns(bars.close), WINDOW),
  },
  {
    name: `volume_rank_${WINDOW}`,
    inputs: ['volume'],
    warmUp: WINDOW,
    range: [0, 1],
    source: 'Conover 1999, ch. 5',
    set: 'all',
    compute: (bars) => rollingRank(bars.volume, WINDOW),
  },
];
