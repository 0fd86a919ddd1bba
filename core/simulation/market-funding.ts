/** Funding payments of the simulated perpetual. */
import type { Table } from '../data/table.js';
import { makeTable } from '../data/table.js';
import { MINUTE_MS, PRICE_TICKS_PER_UNIT } from './market-parameters.js';
import type { MarketSkeleton } from './market.js';

const FUNDING_MS = 8 * 60 * MINUTE_MS;
/** The rate with a price at rest, a fraction of the notional per 8 hours. */
const BASE_RATE = 0.0001;
/** Rate per unit of log return over the 8 hours before: the crowd pays. */
const RATE_PER_RETURN = 0.005;
const RATE_LIMIT = 0.00075;

/**
 * Payments at 00:00, 08:00 and 16:00 UTC within the window (schema ares.funding). The rate follows the log return of
 * the 8 hours before (less, at the window's start), within +-0.00075; it uses nothing later than its time.
 */
export function simulateFunding(skeleton: MarketSkeleton): Table {
  const { fromMs, toMs } = skeleton.parameters;
  const firstMs = Math.ceil(fromMs / FUNDING_MS) * FUNDING_MS;
  const count = Math.max(0, Math.ceil((toMs - firstMs) / FUNDING_MS));
  const timeMs = Float64Array.from({ length: count }, (_, i) => firstMs + i * FUNDING_MS);
  const minuteOf = (time: number): number => Math.max(0, (time - fromMs) / MINUTE_MS);
  const rate = timeMs.map((time) => {
    const move = skeleton.logPrice[minuteOf(time)] - skeleton.logPrice[minuteOf(time - FUNDING_MS)];
    const raw = Math.min(RATE_LIMIT, Math.max(-RATE_LIMIT, BASE_RATE + RATE_PER_RETURN * move));
    return Math.round(raw * 1e8) / 1e8;
  });
  const markPrice = timeMs.map((time) => Math.round(Math.exp(skeleton.logPrice[minuteOf(time)]) * PRICE_TICKS_PER_UNIT) / PRICE_TICKS_PER_UNIT);
  return makeTable({ timeMs, rate, markPrice });
}
