/** The simulated market's parameters and the constants of its process. */
import type { Regime } from '../regimes/regime-names.js';

export interface MarketParameters {
  /** Window [fromMs, toMs), UTC ms, whole minutes. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly seed: number;
  readonly symbol: string;
  /** Length of a block of the planted signal (the analyst bar), ms, whole minutes; blocks lie on the UTC grid. */
  readonly blockMs: number;
  /** Mean trades a minute over the long run. */
  readonly tradesPerMinute: number;
  /** Exact number of trades in the window; overrides tradesPerMinute and makes the counts (not the prices) depend on the window's end. */
  readonly totalTrades?: number | undefined;
  readonly startPrice: number;
  /** Drift of the next block per unit of signal, in block standard deviations. */
  readonly signalStrength: number;
  /** Annualised volatility of the calm regimes, as a fraction. */
  readonly annualVolatility: number;
}

export interface RegimeShape {
  /** Multiple of the calm volatility. */
  readonly volatility: number;
  /** Drift a minute, in standard deviations of a minute. */
  readonly drift: number;
  /** Multiple of the mean activity. */
  readonly activity: number;
}

/** Each regime's character; they follow one another as a Markov chain with equal chances for the next. */
export const REGIME_SHAPES: Readonly<Record<Regime, RegimeShape>> = {
  BULL: { volatility: 1, drift: 0.02, activity: 1 },
  BEAR: { volatility: 1.15, drift: -0.02, activity: 1.1 },
  SIDEWAYS: { volatility: 0.6, drift: 0, activity: 0.7 },
  VOLATILE: { volatility: 2.2, drift: 0, activity: 1.8 },
};

/** Mean stay in a regime, minutes. */
export const REGIME_MINUTES = 480;
/** Half-life of the logarithm of volatility around its regime's level, minutes, and its stationary spread. */
export const VOLATILITY_HALF_LIFE_MINUTES = 240;
export const VOLATILITY_SPREAD = 0.3;
/** One jump a day on average, with this spread in standard deviations of a minute. */
export const JUMPS_PER_MINUTE = 1 / 1440;
export const JUMP_SPREAD = 8;
/** Activity over the day: 1 + amplitude x cos(2 pi (hour - peak) / 24); variance follows activity. */
export const DIURNAL_AMPLITUDE = 0.4;
export const DIURNAL_PEAK_HOUR = 15;
/** Spread of the logarithm of a minute's activity beside what volatility explains. */
export const ACTIVITY_SPREAD = 0.3;
/** Correlation of the latent signal from block to block. */
export const SIGNAL_PERSISTENCE = 0.6;
/** Taker-buy share of a block = 0.5 + this x tanh(signal). */
export const SIGNAL_IMBALANCE = 0.2;
/** Price and quantity steps. */
export const PRICE_TICKS_PER_UNIT = 100;
export const QUANTITY_STEPS_PER_UNIT = 1000;
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
