/** Which bars carry a label: every one (bars), or those at which the log price has moved by a multiple of its volatility since the last such (cusum). */
export const LABEL_EVENTS = ['bars', 'cusum'] as const;
export type LabelEvents = (typeof LABEL_EVENTS)[number];
