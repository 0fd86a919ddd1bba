/** Liquidity crisis: spreads widen, volume dries up, prices bounce between distant quotes. */
import { noShock } from './stress-bars.js';
import type { StressScenario } from './stress-scenario.js';

const PARAMETERS = { halfSpreadFactorLow: 5, halfSpreadFactorHigh: 20, volumeFactor: 0.1, bounceBps: 5 } as const;

/** Half-spread 5 to 20 times as wide (drawn once a path), a tenth of the volume, a random bounce of 5 bps in each bar. */
export const liquidityCrisis: StressScenario = {
  id: 'liquidity-crisis',
  description: 'The half-spread is 5 to 20 times as wide, volume a tenth, and prices bounce by 5 bps from bar to bar.',
  parameters: PARAMETERS,
  draw: (count, random) => {
    const shock = noShock(count);
    const { halfSpreadFactorLow: low, halfSpreadFactorHigh: high } = PARAMETERS;
    const halfSpread = low * (high / low) ** random.uniform();
    shock.volume.fill(PARAMETERS.volumeFactor);
    for (let i = 0; i < count; i++) {
      const bounce = PARAMETERS.bounceBps * 1e-4 * random.normal();
      shock.drift[i]! += bounce;
      // The next opening takes the bounce back: it displaces a close, not the path.
      if (i + 1 < count) shock.gap[i + 1]! -= bounce;
    }
    return { ...shock, halfSpread };
  },
};
