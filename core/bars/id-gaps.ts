/** Where ids are missing between trades, and which ids a bar holds. */
import type { Table } from '../data/table.js';
import { float64Column, makeTable } from '../data/table.js';
import { InvalidData } from '../errors.js';

/** A trade that stands before a table's first: the last one of the day before. */
export interface TradeBefore {
  readonly id: number;
  readonly timeMs: number;
}

/**
 * The gaps between the ids of trades (schema ares.trades, in order): `afterId` and `beforeId` are the ids on either side, `missing`
 * the ids between, `fromMs` and `toMs` the times of the two trades, between which the missing ones happened. Ids of an exchange rise
 * by 1 from trade to trade.
 * @throws InvalidData when an id does not rise
 */
export function findIdGaps(trades: Table, before?: TradeBefore): Table {
  const id = float64Column(trades, 'id');
  const timeMs = float64Column(trades, 'timeMs');
  const found: { readonly afterId: number; readonly beforeId: number; readonly fromMs: number; readonly toMs: number }[] = [];
  let [lastId, lastMs] = [before?.id ?? Number.NaN, before?.timeMs ?? Number.NaN];
  for (let i = 0; i < id.length; i++) {
    if (id[i] <= lastId) throw new InvalidData(`expected trade ids to rise, found ${id[i]} after ${lastId} in row ${i}`);
    if (id[i] > lastId + 1) found.push({ afterId: lastId, beforeId: id[i], fromMs: lastMs, toMs: timeMs[i] });
    lastId = id[i];
    lastMs = timeMs[i];
  }
  const column = (of: (gap: (typeof found)[number]) => number): Float64Array => Float64Array.from(found, of);
  return makeTable({
    fromMs: column((gap) => gap.fromMs),
    toMs: column((gap) => gap.toMs),
    afterId: column((gap) => gap.afterId),
    beforeId: column((gap) => gap.beforeId),
    missing: column((gap) => gap.beforeId - gap.afterId - 1),
  });
}

/** First and last id of the trades in each interval [k x periodMs, (k + 1) x periodMs) that holds one: openTimeMs, firstId, lastId. */
export function barIds(trades: Table, periodMs: number): Table {
  const id = float64Column(trades, 'id');
  const timeMs = float64Column(trades, 'timeMs');
  const opens: number[] = [];
  const firsts: number[] = [];
  const lasts: number[] = [];
  for (let i = 0; i < id.length; i++) {
    const openMs = Math.floor(timeMs[i] / periodMs) * periodMs;
    if (opens.at(-1) !== openMs) {
      opens.push(openMs);
      firsts.push(id[i]);
      lasts.push(id[i]);
    } else lasts[lasts.length - 1] = id[i];
  }
  return makeTable({ openTimeMs: Float64Array.from(opens), firstId: Float64Array.from(firsts), lastId: Float64Array.from(lasts) });
}
