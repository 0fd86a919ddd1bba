/** The span that a live interface covers for a query. */
import { InvalidData } from '../../core/errors.js';
import type { SourceQuery } from '../../pipeline/market-source.js';
import type { Span } from '../../pipeline/plan.js';
import { isoTime } from './findings.js';

const MINUTE_MS = 60_000;
/** Time that an exchange may take until what has happened shows in its answers. */
const SETTLED_AFTER_MS = 10_000;

/**
 * From the symbol's first minute to the asked end, or to the last minute that closed ten seconds ago or earlier. `nowMs` is the exchange's
 * clock: an end after it has not happened yet, whatever ours says.
 * @throws InvalidData when the window asked for begins before the symbol, or ends in the future
 */
export function openWindow(
  query: Pick<SourceQuery, 'exchange' | 'symbol' | 'market' | 'fromMs' | 'toMs'>,
  exchange: { readonly nowMs: number; readonly sinceMs: number },
): Span {
  const { symbol, market, fromMs, toMs } = query;
  const { nowMs, sinceMs } = exchange;
  const name = `${query.exchange} ${symbol} ${market}`;
  if (toMs !== null && toMs > nowMs) throw new InvalidData(`to: expected a time up to the exchange's ${isoTime(nowMs)}, found ${isoTime(toMs)}`);
  if (fromMs !== null && fromMs < sinceMs)
    throw new InvalidData(`from: expected a time from ${isoTime(sinceMs)} on, when ${name} began, found ${isoTime(fromMs)}`);
  const endMs = toMs ?? Math.floor((nowMs - SETTLED_AFTER_MS) / MINUTE_MS) * MINUTE_MS;
  if (endMs <= sinceMs) throw new InvalidData(`to: expected a time after ${isoTime(sinceMs)}, when ${name} began, found ${isoTime(endMs)}`);
  return { fromMs: sinceMs, toMs: endMs };
}
