/** Volatility spike: every move is several times as large for a while, without direction. */
import { noShock } from './stress-bars.js';
import { drawStart } from './stress-scenario.js';
import type { StressScenario } from './stress-scenario.js';

const PARAMETERS = { returnScale: 3, shareOfSpan: 0.5, volumeFactor: 2 } as const;

/** Moves are tripled and volume doubled over half of the span. */
export const volatilitySpike: StressScenario = {
  id: 'volatility-spike',
  description: 'Every move is three times as large over half of the span, volume twice.',
  parameters: PARAMETERS,
  draw: (count, random) => {
    const shock = noShock(count);
    const length = Math.max(1, Math.floor(count * PARAMETERS.shareOfSpan));
    const start = drawStart(count, length, random);
    shock.scale.fill(PARAMETERS.returnScale, start, start + length);
    shock.volume.fill(PARAMETERS.volumeFactor, start, start + length);
    return shock;
  },
};
