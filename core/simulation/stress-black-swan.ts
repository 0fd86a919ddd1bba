/** Black swan: one gap that no stop can leave in time, in either direction, and agitation after it. */
import { noShock } from './stress-bars.js';
import { drawStart } from './stress-scenario.js';
import type { StressScenario } from './stress-scenario.js';

const PARAMETERS = { gapLow: 0.15, gapHigh: 0.3, shareUp: 0.3, agitatedBars: 360, returnScale: 3, volumeFactor: 5 } as const;

/** The price jumps by 15 to 30 % between two bars (up in three cases of ten); moves are tripled for six hours. */
export const blackSwan: StressScenario = {
  id: 'black-swan',
  description: 'The price jumps by 15 to 30 % between two bars, down in seven cases of ten; six hours of threefold moves follow.',
  parameters: PARAMETERS,
  draw: (count, random) => {
    const shock = noShock(count);
    const size = PARAMETERS.gapLow + (PARAMETERS.gapHigh - PARAMETERS.gapLow) * random.uniform();
    const isUp = random.uniform() < PARAMETERS.shareUp;
    const start = drawStart(count, 1, random);
    shock.gap[start] = isUp ? Math.log(1 + size) : Math.log(1 - size);
    shock.scale.fill(PARAMETERS.returnScale, start, start + PARAMETERS.agitatedBars);
    shock.volume.fill(PARAMETERS.volumeFactor, start, start + PARAMETERS.agitatedBars);
    return shock;
  },
};
