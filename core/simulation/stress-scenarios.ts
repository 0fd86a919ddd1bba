/** Every stress scenario; one more is a file beside these and a line here. */
import { blackSwan } from './stress-black-swan.js';
import { liquidityCrisis } from './stress-liquidity-crisis.js';
import { marketCrash } from './stress-market-crash.js';
import type { StressId } from './stress-ids.js';
import { STRESS_IDS } from './stress-ids.js';
import type { StressScenario } from './stress-scenario.js';
import { volatilitySpike } from './stress-volatility-spike.js';

const BY_ID: Readonly<Record<StressId, StressScenario>> = {
  'market-crash': marketCrash,
  'volatility-spike': volatilitySpike,
  'liquidity-crisis': liquidityCrisis,
  'black-swan': blackSwan,
};

/** In the order of the report. */
export const STRESS_SCENARIOS: readonly StressScenario[] = STRESS_IDS.map((id) => BY_ID[id]);

/** The scenario of an id. */
export function stressScenario(id: StressId): StressScenario {
  return BY_ID[id];
}
