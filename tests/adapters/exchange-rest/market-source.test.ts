/** The REST interfaces through the suite of all sources, over a local server that speaks like them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { makeBinanceRest, makeKrakenRest } from '../../../adapters/exchange-rest/index.js';
import type { RestSource } from '../../../adapters/exchange-rest/index.js';
import { hostedBy, startRecordedExchange } from '../../support/recorded-exchange.js';
import type { SuiteMarket, SuiteSubject } from '../../support/market-source-suite.js';
import { describeMarketSource, SUITE_MARKET } from '../../support/market-source-suite.js';
import { candleSeries, marketBodies, readDays, SHORT_WAITS, tradeSeries } from './exchange-rows.js';
import { aggTrades, candles, futuresSeries } from './simulated-exchange.js';
import type { KrakenRow } from './kraken-rows.js';
import { krakenBodies } from './kraken-rows.js';

/** Odd, so that pages end in the middle of a day. */
const PAGE = 333;

interface RestSubject extends SuiteSubject {
  readonly source: RestSource;
}

/** The suite asks for trades, of which this exchange gives the aggregate ones. */
function askedForAggregates(source: RestSource): RestSource {
  return { ...source, find: async (query) => source.find(query.series === 'trades' ? { ...query, series: 'aggTrades' } : query) };
}

async function binanceSubject(context: TestContext, market: SuiteMarket, kind: 'spot' | 'perp'): Promise<RestSubject> {
  const series = kind === 'spot' ? [tradeSeries(aggTrades(market)), candleSeries(candles(market))] : futuresSeries(market);
  const exchange = await startRecordedExchange({ series, bodies: marketBodies(market.toMs), mostRows: () => PAGE });
  context.after(() => exchange.stop());
  return { source: askedForAggregates(makeBinanceRest(hostedBy(exchange), SHORT_WAITS)), exchange: 'BINANCE', market: kind, hasBars: true, pinsFiles: false };
}

async function krakenSubject(context: TestContext, market: SuiteMarket): Promise<RestSubject> {
  const rows = aggTrades(market).map(({ a, p, q, T, m }): KrakenRow => ({ ns: BigInt(T) * 1_000_000n, shown: [p, q, T / 1000, m ? 's' : 'b', 'l', '', a] }));
  const exchange = await startRecordedExchange({ bodies: krakenBodies(rows, () => PAGE) });
  context.after(() => exchange.stop());
  return { source: makeKrakenRest(hostedBy(exchange), { ...SHORT_WAITS, paceMs: 1 }), exchange: 'KRAKEN', market: 'spot', hasBars: false, pinsFiles: false };
}

describeMarketSource('Binance REST, spot', async (context, market) => binanceSubject(context, market, 'spot'));
describeMarketSource('Binance REST, perp', async (context, market) => binanceSubject(context, market, 'perp'));
describeMarketSource('Kraken REST, spot', krakenSubject);

test('the same trades from two venues land in one schema, column for column', async (t) => {
  const days = [1, 2].map((day) => ({ day: `2024-03-0${day}`, fromMs: Date.UTC(2024, 2, day), toMs: Date.UTC(2024, 2, day + 1) }));
  const binance = await readDays((await binanceSubject(t, SUITE_MARKET, 'spot')).source, days);
  const kraken = await readDays((await krakenSubject(t, SUITE_MARKET)).source, days, { exchange: 'KRAKEN', tradeKind: 'trades' });
  assert.deepEqual(
    kraken.map(({ table }) => table),
    binance.map(({ table }) => table),
  );
});
