/** A day of simulated trades, hung on the market's skeleton; days need nothing of one another. */
import { makeTable } from '../data/table.js';
import type { Table } from '../data/table.js';
import { deriveSeed, makeRandom } from '../stats/random.js';
import type { Random } from '../stats/random.js';
import { DAY_MS, MINUTE_MS, PRICE_TICKS_PER_UNIT, QUANTITY_STEPS_PER_UNIT } from './market-parameters.js';
import type { MarketSkeleton } from './market.js';

/** Lognormal quantities come from a table of this many equally likely values. */
const QUANTITY_LEVELS = 4096;
/** Median quantity, base currency. */
const MEDIAN_QUANTITY = 0.5;

interface TradeColumns {
  readonly timeMs: Float64Array;
  readonly id: Float64Array;
  readonly price: Float64Array;
  readonly quantity: Float64Array;
  readonly buyerIsMaker: Uint8Array;
}

/**
 * The trades of one UTC day within the window (schema ares.trades): ids rise by 1 over the whole window from 1, times
 * never go back, prices are multiples of 0.01 one tick (in a stress of liquidity, more) beside the middle, quantities of
 * 0.001. Within a minute the middle price is a Brownian bridge between the skeleton's prices; a gap comes before its
 * first trade. Takers' sides persist within the day. Random numbers come from (seed, day), so days can be
 * made in any order or at once; a window that ends earlier in the day keeps the trades before its end.
 * @throws RangeError when dayMs is not the start of a UTC day.
 */
export function simulateDayTrades(skeleton: MarketSkeleton, dayMs: number): Table {
  if (dayMs % DAY_MS !== 0) throw new RangeError(`expected the start of a UTC day, found ${dayMs}`);
  const { parameters, minuteCount, firstTrade } = skeleton;
  const from = Math.min(minuteCount, Math.max(0, (dayMs - parameters.fromMs) / MINUTE_MS));
  const to = Math.min(minuteCount, Math.max(0, (dayMs + DAY_MS - parameters.fromMs) / MINUTE_MS));
  const count = firstTrade[to] - firstTrade[from];
  const columns: TradeColumns = {
    timeMs: new Float64Array(count),
    id: new Float64Array(count),
    price: new Float64Array(count),
    quantity: new Float64Array(count),
    buyerIsMaker: new Uint8Array(count),
  };
  const random = makeRandom(deriveSeed(parameters.seed, 'trades', parameters.symbol, dayMs));
  const quantities = quantityLevels();
  let lastSide: Side = null;
  for (let m = from; m < to; m++) lastSide = fillMinute(skeleton, columns, { m, at: firstTrade[m] - firstTrade[from], quantities, random, lastSide });
  return makeTable({ ...columns });
}

/** Whether the taker before bought; null before the day's first trade. */
type Side = boolean | null;

interface MinuteTask {
  readonly m: number;
  /** Row of the minute's first trade. */
  readonly at: number;
  readonly quantities: Float64Array;
  readonly random: Random;
  readonly lastSide: Side;
}

/** Fills the minute's rows and returns its last taker's side. */
function fillMinute(skeleton: MarketSkeleton, columns: TradeColumns, task: MinuteTask): Side {
  const { m, at, quantities, random } = task;
  const { parameters, stress } = skeleton;
  const first = skeleton.firstTrade[m];
  const count = skeleton.firstTrade[m + 1] - first;
  const startMs = parameters.fromMs + m * MINUTE_MS;
  const end = skeleton.logPrice[m + 1];
  const buyShare = skeleton.takerBuyShare[m];
  const drawnBuy = (1 - parameters.signPersistence) * buyShare;
  const step = 1 / count;
  const spread = skeleton.sigma[m] * Math.sqrt(step);
  const ticks = stress === null ? 1 : stress.halfSpreadTicks[m];
  let lastSide = task.lastSide;
  let x = skeleton.logPrice[m] + (stress === null ? 0 : stress.gap[m]);
  for (let i = 0; i < count; i++) {
    // One step of a Brownian bridge: the last trade of the minute lies on the skeleton.
    const left = count - i;
    x += (end - x) / left + spread * Math.sqrt((left - 1) / left) * random.normal();
    // The side repeats with the chance signPersistence, else it is drawn anew: one threshold for one random number.
    const threshold = lastSide === null ? buyShare : lastSide ? parameters.signPersistence + drawnBuy : drawnBuy;
    const isBuy = random.uniform() < threshold;
    lastSide = isBuy;
    const middle = Math.round(Math.exp(x) * PRICE_TICKS_PER_UNIT);
    const row = at + i;
    columns.timeMs[row] = startMs + Math.floor((i + random.uniform()) * step * MINUTE_MS);
    columns.id[row] = first + i + 1;
    columns.price[row] = Math.max(1, isBuy ? middle + ticks : middle - ticks) / PRICE_TICKS_PER_UNIT;
    columns.quantity[row] = quantities[random.below(QUANTITY_LEVELS)];
    columns.buyerIsMaker[row] = isBuy ? 0 : 1;
  }
  return lastSide;
}

/** Equally likely lognormal quantities, drawn once from a fixed seed and rounded to the quantity step. */
function quantityLevels(): Float64Array {
  const random = makeRandom(deriveSeed('quantity-levels'));
  return Float64Array.from({ length: QUANTITY_LEVELS }, () => {
    const steps = Math.round(MEDIAN_QUANTITY * Math.exp(random.normal()) * QUANTITY_STEPS_PER_UNIT);
    return Math.max(1, steps) / QUANTITY_STEPS_PER_UNIT;
  });
}
