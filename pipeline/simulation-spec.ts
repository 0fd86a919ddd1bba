/** The part of the run spec that describes the simulated market. */
import { z } from 'zod';
import { MARKET_SHAPE } from '../core/simulation/market-parameters.js';
import { STRESS_IDS } from '../core/simulation/stress-ids.js';

const pair = z
  .strictObject({
    /** Correlation of the moves of one minute. */
    correlation: z.number().min(-1).max(1).default(0.6),
    /** Minutes by which the other asset follows; below 0 it leads. */
    lagMinutes: z.int().min(-60).max(60).default(-5),
    /** Correlation of the other asset's moves with the main one's moves so much earlier. */
    strength: z.number().min(-1).max(1).default(0.2),
  })
  .refine((p) => p.correlation ** 2 + p.strength ** 2 <= 1, { error: 'correlation^2 + strength^2 must be at most 1', path: ['strength'] })
  .refine((p) => p.lagMinutes !== 0 || p.strength === 0, { error: 'a lag of 0 goes with strength 0', path: ['lagMinutes'] });

/** The simulated market: volume, planted signal, kind of market, and the other assets. */
export const simulation = z
  .strictObject({
    /** Mean trades a minute. */
    tradesPerMinute: z.number().positive().max(100_000).default(60),
    /** Exact number of trades in the window; overrides tradesPerMinute. */
    totalTrades: z.int().positive().optional(),
    startPrice: z.number().positive().default(2000),
    /** Planted signal: drift of the next analyst block per unit of signal, in block standard deviations (0 = none). */
    signalStrength: z.number().min(0).max(5).default(0.35),
    /** Annualised volatility of the calm regimes, as a fraction. */
    annualVolatility: z.number().positive().max(10).default(0.6),
    // The kind of market (docs/simulator.md): every number is recovered from the series by a test.
    regimeMinutes: z.number().min(10).max(100_000).default(MARKET_SHAPE.regimeMinutes),
    regimeContrast: z.number().min(0).max(2).default(MARKET_SHAPE.regimeContrast),
    volatilitySpread: z.number().min(0).max(2).default(MARKET_SHAPE.volatilitySpread),
    garchAlpha: z.number().min(0).max(0.99).default(MARKET_SHAPE.garchAlpha),
    garchBeta: z.number().min(0).max(0.999).default(MARKET_SHAPE.garchBeta),
    jumpsPerDay: z.number().min(0).max(1440).default(MARKET_SHAPE.jumpsPerDay),
    jumpSize: z.number().min(0).max(100).default(MARKET_SHAPE.jumpSize),
    diurnalAmplitude: z.number().min(0).max(0.95).default(MARKET_SHAPE.diurnalAmplitude),
    diurnalPeakHour: z.number().min(0).max(24).default(MARKET_SHAPE.diurnalPeakHour),
    signPersistence: z.number().min(0).max(0.99).default(MARKET_SHAPE.signPersistence),
    /** A stress scenario that the market passes through. */
    stress: z.enum(['none', ...STRESS_IDS]).default(MARKET_SHAPE.stress),
    stressAfterDays: z.number().min(0).max(3650).default(MARKET_SHAPE.stressAfterDays),
    stressDays: z.number().min(0.01).max(60).default(MARKET_SHAPE.stressDays),
    /** How each symbol of `pairs` goes with the simulated one. */
    pair: pair.prefault({}),
  })
  .refine((s) => s.garchAlpha + s.garchBeta < 1, { error: 'garchAlpha + garchBeta must be below 1', path: ['garchBeta'] });
