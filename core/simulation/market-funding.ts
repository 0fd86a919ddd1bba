/** Funding payments of the simulated perpetual. */
import type { Table } from '../data/table.js';
import { makeTable } from '../data/table.js';
import { MINUTE_MS, PRICE_TICKS_PER_UNIT } from './market-parameters.js';
import { simulatePremium } from './market-premium.js';
import type { MarketSkeleton } from './market.js';

const FUNDING_MINUTES = 480;
const FUNDING_MS = FUNDING_MINUTES * MINUTE_MS;
/** Interest for 8 hours: the rate while the premium stays within the band around it. */
const INTEREST = 0.0001;
const BAND = 0.0005;
const RATE_LIMIT = 0.00075;

/**
 * Payments at 00:00, 08:00 and 16:00 UTC within the window (schema ares.funding). With P the mean premium of the minutes
 * of the 8 hours before (less, at the window's start), weighted 1, 2, 3 ... up to the latest, the rate is
 * P + clamp(0.0001 - P, +-0.0005), as Binance states its own, within +-0.00075; the mark price is the perpetual's middle.
 * Nothing is used that is later than the payment.
 */
export function simulateFunding(skeleton: MarketSkeleton): Table {
  const { fromMs, toMs } = skeleton.parameters;
  const premium = simulatePremium(skeleton);
  const firstMs = Math.ceil(fromMs / FUNDING_MS) * FUNDING_MS;
  const count = Math.max(0, Math.ceil((toMs - firstMs) / FUNDING_MS));
  const timeMs = Float64Array.from({ length: count }, (_, i) => firstMs + i * FUNDING_MS);
  const minuteOf = (time: number): number => (time - fromMs) / MINUTE_MS;
  const rate = timeMs.map((time) => fundingRate(weightedMean(premium, Math.max(0, minuteOf(time) - FUNDING_MINUTES), minuteOf(time))));
  const markPrice = timeMs.map((time) => Math.round(Math.exp(skeleton.logPrice[minuteOf(time)]) * PRICE_TICKS_PER_UNIT) / PRICE_TICKS_PER_UNIT);
  return makeTable({ timeMs, rate, markPrice });
}

/** The rate of 8 hours for a mean premium, rounded to 1e-8. */
export function fundingRate(premium: number): number {
  const raw = premium + clamp(INTEREST - premium, BAND);
  return Math.round(clamp(raw, RATE_LIMIT) * 1e8) / 1e8;
}

/** Mean of values after `from` up to `to`, weights rising by 1; 0 of none. */
function weightedMean(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let m = from + 1; m <= to; m++) sum += (m - from) * values[m];
  const n = to - from;
  return n === 0 ? 0 : sum / ((n * (n + 1)) / 2);
}

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}
