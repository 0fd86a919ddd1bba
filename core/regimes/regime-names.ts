/** The four regimes, in the order of every probability vector and state number. */
export const REGIMES = ['BULL', 'BEAR', 'SIDEWAYS', 'VOLATILE'] as const;
export type Regime = (typeof REGIMES)[number];
/** Where a regime has too little data, the model fitted on all regimes serves. */
export const POOLED = 'POOLED';
export type RegimeOrPooled = Regime | typeof POOLED;
