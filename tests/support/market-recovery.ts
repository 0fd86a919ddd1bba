/** A market with one effect at a time, and the check that an estimator finds its stated number. */
import assert from 'node:assert/strict';
import type { MarketParameters } from '../../core/simulation/market-parameters.js';
import { makeMarketSkeleton } from '../../core/simulation/market.js';
import type { MarketSkeleton } from '../../core/simulation/market.js';
import { mean, variance } from '../../core/stats/moments.js';

const DAY_MS = 86_400_000;
/** Begin of every such market. */
export const FROM_MS = Date.UTC(2024, 0, 1);

/** A market of whole days without anything but Brownian motion; a test switches on what it recovers. */
export function market(seed: number, days: number, change: Partial<MarketParameters>): MarketSkeleton {
  return makeMarketSkeleton({
    fromMs: FROM_MS,
    toMs: FROM_MS + days * DAY_MS,
    seed,
    symbol: 'ETHUSDT',
    blockMs: 900_000,
    tradesPerMinute: 20,
    startPrice: 2000,
    signalStrength: 0,
    annualVolatility: 0.6,
    regimeContrast: 0,
    volatilitySpread: 0,
    jumpsPerDay: 0,
    diurnalAmplitude: 0,
    ...change,
  });
}

/** Log return of each minute. */
export const returnsOf = ({ logPrice }: MarketSkeleton): Float64Array =>
  Float64Array.from({ length: logPrice.length - 1 }, (_, m) => logPrice[m + 1]! - logPrice[m]!);

/**
 * The mean of the estimates of eight seeds lies within 5 standard errors of the truth (99.8 % by Student's t with 7 degrees of freedom), and
 * 5 standard errors are less than `width`, so the interval tells something.
 */
export function assertRecovered(name: string, truth: number, width: number, estimates: readonly number[]): void {
  assert.equal(estimates.length, 8);
  const found = mean(estimates);
  const reach = 5 * Math.sqrt(variance(estimates) / estimates.length);
  assert.ok(reach < width, `${name}: interval of +-${reach} around ${found} is wider than ${width}`);
  assert.ok(Math.abs(found - truth) <= reach, `${name}: ${truth} is not in ${found} +-${reach}`);
}

/** An estimate for each of eight seeds. */
export const overSeeds = <T>(estimate: (seed: number) => T): T[] => Array.from({ length: 8 }, (_, i) => estimate(100 + i));
