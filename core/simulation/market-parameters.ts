/** The simulated market's parameters and the constants of its process. */
import type { Regime } from '../regimes/regime-names.js';
import type { StressId } from './stress-ids.js';

/** What kind of market it is: every number has a default (MARKET_SHAPE), and a test recovers each from the series (docs/simulator.md). */
export interface MarketShape {
  /** Mean stay in a regime, minutes. */
  readonly regimeMinutes: number;
  /** How far the regimes differ: 0 = not at all, 1 = REGIME_SHAPES. */
  readonly regimeContrast: number;
  /** Stationary spread of the logarithm of volatility around its regime's level (half-life VOLATILITY_HALF_LIFE_MINUTES); 0 = no such process. */
  readonly volatilitySpread: number;
  /** GARCH(1,1) of the minutes' standardised moves e: h' = 1 - alpha - beta + alpha e^2 + beta h (Bollerslev 1986); 0 and 0 = none. */
  readonly garchAlpha: number;
  readonly garchBeta: number;
  /** Jumps a day on average, and their spread in standard deviations of a minute. */
  readonly jumpsPerDay: number;
  readonly jumpSize: number;
  /** Activity over the day: 1 + amplitude x cos(2 pi (hour - peak) / 24); variance follows activity. */
  readonly diurnalAmplitude: number;
  readonly diurnalPeakHour: number;
  /** Chance that a taker's side repeats the one before; the autocorrelation of signs at lag k is its k-th power. */
  readonly signPersistence: number;
  /** A stress scenario that the market passes through, or none. */
  readonly stress: StressId | 'none';
  /** Days after fromMs at which its span begins, and the span's length. */
  readonly stressAfterDays: number;
  readonly stressDays: number;
}

export const MARKET_SHAPE: MarketShape = {
  regimeMinutes: 480,
  regimeContrast: 1,
  volatilitySpread: 0.3,
  garchAlpha: 0,
  garchBeta: 0,
  jumpsPerDay: 1,
  jumpSize: 8,
  diurnalAmplitude: 0.4,
  diurnalPeakHour: 15,
  signPersistence: 0,
  stress: 'none',
  stressAfterDays: 1,
  stressDays: 2,
};

/** A market to make; what its shape leaves out has MARKET_SHAPE's value. */
export interface MarketParameters extends Partial<MarketShape> {
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

/** Half-life of the logarithm of volatility around its regime's level, minutes. */
export const VOLATILITY_HALF_LIFE_MINUTES = 240;
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
