/** Filtered probabilities of the regimes (Hamilton 1989) as features. */
import type { Feature } from './feature.js';
import { REGIMES } from '../regimes/regime-names.js';

/** The four regimes' probabilities, in [0, 1]; with three of them the fourth is known, but trees split on one column. */
export const regimeProbabilityFeatures: readonly Feature[] = REGIMES.map((regime, state): Feature => ({
  name: `regime_${regime.toLowerCase()}`, inputs: ['regimes'], warmUp: 0, range: [0, 1], source: 'Hamilton 1989', set: 'minimal',
  compute: (bars, { regimes }) => {
    const out = new Float64Array(bars.closeTimeMs.length).fill(Number.NaN);
    if (regimes !== null) for (let t = 0; t < out.length; t++) out[t] = regimes[t * REGIMES.length + state];
    return out;
  },
}));
