/** Market crash: a steady fall over hours, heavy volume, no recovery. */
import { noShock } from './stress-bars.js';
import { drawStart } from './stress-scenario.js';
import type { StressScenario } from './stress-scenario.js';

const PARAMETERS = { fall: 0.35, bars: 1440, returnScale: 2, volumeFactor: 3 } as const;

/** Prices lose 35 % over a day (or a third of a shorter span), moves are doubled and volume tripled meanwhile. */
export const marketCrash: StressScenario = {
  id: 'market-crash',
  description: 'The price falls by 35 % over one day, moves twice and volume three times as large; it does not recover.',
  parameters: PARAMETERS,
  draw: (count, random) => {
    const shock = noShock(count);
    const length = Math.max(1, Math.min(PARAMETERS.bars, Math.floor(count / 3)));
    const start = drawStart(count, length, random);
    shock.scale.fill(PARAMETERS.returnScale, start, start + length);
    shock.volume.fill(PARAMETERS.volumeFactor, start, start + length);
    shock.drift.fill(Math.log(1 - PARAMETERS.fall) / length, start, start + length);
    return shock;
  },
};
