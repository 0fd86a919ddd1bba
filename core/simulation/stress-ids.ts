/** Names of the stress scenarios: what a spec may ask for. */

/** In the order of the report. */
export const STRESS_IDS = ['market-crash', 'volatility-spike', 'liquidity-crisis', 'black-swan'] as const;
export type StressId = (typeof STRESS_IDS)[number];
