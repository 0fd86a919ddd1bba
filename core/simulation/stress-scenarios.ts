/** Every stress scenario; one more is a file beside these and a line here. */
import { blackSwan } from './stress-black-swan.js';
import { liquidityCrisis } from './stress-liquidity-crisis.js';
import { marketCrash } from './stress-market-crash.js';
import type { StressScenario } from './stress-scenario.js';
import { volatilitySpike } from './stress-volatility-spike.js';

/** In the order of the report. */
export const STRESS_SCENARIOS: readonly StressScenario[] = [marketCrash, volatilitySpike, liquidityCrisis, blackSwan];
