/** A market as the rows of Binance's REST interface. */
import type { SuiteMarket } from '../../support/market-source-suite.js';
import type { ServedSeries } from '../../support/recorded-exchange.js';
import type { AggRow, CandleRow } from './exchange-rows.js';
import { candleSeries, tradeSeries } from './exchange-rows.js';

/** Aggregate trades, one a trade. */
export function aggTrades({ trades }: SuiteMarket): AggRow[] {
  const column = (name: string): Float64Array => trades.columns[name] as Float64Array;
  const [id, price, quantity, timeMs, maker] = ['id', 'price', 'quantity', 'timeMs', 'buyerIsMaker'].map(column) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return Array.from(id, (a, i) => ({ a, p: price[i]!.toFixed(8), q: quantity[i]!.toFixed(8), f: a, l: a, T: timeMs[i]!, m: maker[i] === 1, M: true }));
}

/** Candles of one minute. */
export function candles({ bars }: SuiteMarket): CandleRow[] {
  const prices = (i: number): [string, string, string, string] => [
    bars.open[i]!.toFixed(8),
    bars.high[i]!.toFixed(8),
    bars.low[i]!.toFixed(8),
    bars.close[i]!.toFixed(8),
  ];
  const text = (value: number): string => String(value);
  return Array.from(bars.openTimeMs, (openMs, i) => [
    openMs,
    ...prices(i),
    text(bars.volume[i]!),
    bars.closeTimeMs[i]! - 1,
    text(bars.quoteVolume[i]!),
    bars.tradeCount[i]!,
    text(bars.takerBuyVolume[i]!),
    '0',
    '0',
  ]);
}

/** What a USD-M exchange serves of it: trades, candles, funding. */
export function futuresSeries(market: SuiteMarket): ServedSeries[] {
  const rows = market.funding.map(({ timeMs, rate, markPrice }) => ({
    symbol: 'ETHUSDT',
    fundingTime: timeMs,
    fundingRate: rate.toFixed(8),
    markPrice: String(markPrice),
  }));
  return [
    { ...tradeSeries(aggTrades(market)), path: '/fapi/v1/aggTrades' },
    candleSeries(candles(market), '1m', '/fapi/v1/klines'),
    { path: '/fapi/v1/fundingRate', key: { symbol: 'ETHUSDT' }, rows, timeOf: (row: { fundingTime: number }) => row.fundingTime },
  ];
}
