/** Files of best quotes for tests, in the archive's layout. */

export const TICKER_HEADER = 'update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time';

/** A row of bookTicker; sent a millisecond after the exchange's engine made it, unless `sentMs` says otherwise. */
export function tickerRow(
  id: number,
  timeMs: number,
  quote: { bid: number; ask: number; bidQuantity?: number; askQuantity?: number; sentMs?: number },
): string {
  const { bid, ask, bidQuantity = 1, askQuantity = 1, sentMs = timeMs + 1 } = quote;
  return [id, bid, bidQuantity, ask, askQuantity, timeMs, sentMs].join(',');
}

/** A day of quotes, one every `everyMs`: a spread of one cent to four around `price(minute of the day)`, queues that vary. */
export function tickerDay(day: string, everyMs: number, price: (minute: number) => number): string {
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  const rows = Array.from({ length: Math.floor(86_400_000 / everyMs) }, (_, i) => {
    const timeMs = fromMs + i * everyMs;
    const middle = price(Math.floor((i * everyMs) / 60_000));
    const half = 0.005 * (1 + ((i * 7) % 4));
    const quote = { bid: Number((middle - half).toFixed(3)), ask: Number((middle + half).toFixed(3)) };
    return tickerRow(timeMs / 10, timeMs, { ...quote, bidQuantity: 1 + ((i * 13) % 17), askQuantity: 1 + ((i * 29) % 19) });
  });
  return [TICKER_HEADER, ...rows].join('\n');
}
