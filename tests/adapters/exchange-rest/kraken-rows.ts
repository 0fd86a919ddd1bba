/** Trades as Kraken sends them, and its answers over them. */
import { DAY_MS, START_MS } from './exchange-rows.js';

/** A trade with its exact time, of which the exchange shows seven decimals. */
export interface KrakenRow {
  readonly ns: bigint;
  readonly shown: readonly [string, string, number, 'b' | 's', 'l' | 'm', string, number];
}

export function krakenRows(offsetsNs: readonly bigint[], idOf: (at: number) => number = (at) => 5000 + at): KrakenRow[] {
  return offsetsNs.map((offset, at) => {
    const ns = BigInt(START_MS) * 1_000_000n + offset;
    const seconds = Number(
      `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n)
        .padStart(9, '0')
        .slice(0, 7)}`,
    );
    return {
      ns,
      shown: [
        (2000 + (at % 50) / 100).toFixed(5),
        (0.01 * (1 + (at % 90))).toFixed(8),
        seconds,
        at % 3 === 0 ? 's' : 'b',
        at % 2 === 0 ? 'l' : 'm',
        '',
        idOf(at),
      ],
    };
  });
}

/** The exchange's answers as documented: trades after `since`, the oldest first, and the last one's time in ns. */
export function krakenBodies(rows: readonly KrakenRow[], pageOf: () => number, pair = 'ETHUSDT'): Record<string, unknown> {
  return {
    '/0/public/Time': { error: [], result: { unixtime: (START_MS + 2 * DAY_MS) / 1000, rfc1123: 'Sun,  3 Mar 24 00:00:00 +0000' } },
    '/0/public/AssetPairs': (query: URLSearchParams) =>
      query.get('pair') === pair
        ? { error: [], result: { [pair]: { altname: pair, wsname: 'ETH/USDT', status: 'online' } } }
        : { error: ['EQuery:Unknown asset pair'] },
    '/0/public/Trades': (query: URLSearchParams) => {
      if (query.get('pair') !== pair) return { error: ['EQuery:Unknown asset pair'] };
      const since = BigInt(query.get('since') ?? '0');
      const page = rows.filter(({ ns }) => ns > since).slice(0, Math.min(pageOf(), Number(query.get('count'))));
      return { error: [], result: { [pair]: page.map(({ shown }) => shown), last: String(page.at(-1)?.ns ?? since) } };
    },
  };
}
