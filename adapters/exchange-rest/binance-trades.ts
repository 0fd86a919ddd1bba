/** Aggregate trades of whole days: found by time, then followed id by id. */
import { InvalidData } from '../../core/errors.js';
import type { DayOfTrades, SourceRequest, TradeDay } from '../../pipeline/market-source.js';
import type { AggTrade } from './binance-answers.js';
import { aggTradesSchema } from './binance-answers.js';
import type { BinanceApi } from './binance-api.js';
import { readBinanceBars } from './binance-bars.js';
import { BINANCE_MARKETS } from './binance-markets.js';
import { finding, requestsFinding } from './findings.js';
import { makeReadProgress } from './read-progress.js';
import type { TradeRows } from './trade-rows.js';
import { makeTradeRows } from './trade-rows.js';

/** Between startTime and endTime must lie less than an hour. */
const LONGEST_ASK_MS = 3_600_000;

interface DayRead {
  readonly api: BinanceApi;
  readonly symbol: string;
  readonly day: TradeDay;
  readonly signal: SourceRequest['signal'];
  readonly contractSize: number | null;
  readonly onPage: (rows: number, timeMs: number) => void;
}

/**
 * The trades of each day, by nothing but requests for that day, so that a day read again is the same whatever was read before it. Every page
 * begins with the last trade of the page before, ids follow one another by one, and the day's first trade is checked against the one before
 * it: a cut, repeated or empty answer shows, is asked for again, and then refused. A day without trades is one whose candles count none.
 * @throws InvalidData for such an answer, an unusable trade, or times going backwards
 */
export async function* readBinanceTrades(
  api: BinanceApi,
  request: SourceRequest & { readonly days: readonly TradeDay[] },
): AsyncGenerator<DayOfTrades, void, undefined> {
  const { symbol, days, signal } = request;
  const { contractSize } = await api.contract(symbol, signal);
  const progress = makeReadProgress(days, { say: request.progress, requests: api.requestCount });
  for (const day of days) {
    yield await readDay({ api, symbol, day, signal, contractSize, onPage: (rows, timeMs) => progress.add(rows, day, timeMs) });
  }
}

async function readDay(read: DayRead): Promise<DayOfTrades> {
  const { day, fromMs } = read.day;
  const first = await firstTrade(read);
  const rows = makeTradeRows(`${read.symbol} ${read.api.market} ${day}`);
  let answers = first.answers;
  if (first.id === null) {
    answers += await checkEmpty(read);
  } else {
    answers += await followIds(read, first.id, rows);
  }
  const passed = finding({
    action: 'passed',
    check: 'trades',
    count: rows.count,
    detail: `${rows.count} trades of ${day}; prices, quantities, ids and times checked`,
  });
  const empty = finding({ action: 'flagged', check: 'empty day', count: 0, timeMs: fromMs, detail: `no trade on ${day}` });
  const requests = requestsFinding(answers, `aggTrades of ${day}`);
  return { day, table: rows.toTable(), findings: rows.count === 0 ? [empty, passed, requests] : [passed, requests] };
}

/** Id of the day's first trade, asked for an hour at a time. */
async function firstTrade({ api, symbol, day, signal }: DayRead): Promise<{ id: number | null; answers: number }> {
  let answers = 0;
  for (let fromMs = day.fromMs; fromMs < day.toMs; fromMs += LONGEST_ASK_MS) {
    const toMs = Math.min(fromMs + LONGEST_ASK_MS, day.toMs);
    const check = (page: readonly AggTrade[]): string | null => {
      const strange = page.find((trade) => trade.T < fromMs || trade.T >= toMs);
      return strange === undefined ? null : `expected trades from ${fromMs} to before ${toMs}, found one of ${strange.T}`;
    };
    const query = { symbol, startTime: fromMs, endTime: toMs - 1, limit: 1 };
    const page = await api.get(BINANCE_MARKETS[api.market].trades, { query, schema: aggTradesSchema, check, signal });
    answers++;
    if (page[0] !== undefined) return { id: page[0].a, answers };
  }
  return { id: null, answers };
}

/** Adds the day's trades from `firstId` on; returns the number of answers that took. */
async function followIds(read: DayRead, firstId: number, rows: TradeRows): Promise<number> {
  const { api, symbol, day, signal, contractSize } = read;
  const endpoint = BINANCE_MARKETS[api.market].trades;
  let answers = 0;
  const ask = async (fromId: number, check: (page: readonly AggTrade[]) => string | null): Promise<readonly AggTrade[]> => {
    answers++;
    return api.get(endpoint, { query: { symbol, fromId, limit: endpoint.limit }, schema: aggTradesSchema, check, signal });
  };
  // The trade before the day's first shows that none of the day's was left out; there is none before the very first of a symbol.
  const before = Math.max(0, firstId - 1);
  let page = await ask(before, (found) => (found[0]?.a === firstId ? idFault(found, firstId) : idFault(found, before)));
  for (;;) {
    for (const trade of page) {
      if (trade.a < firstId) checkBefore(trade, firstId, read);
      else if (trade.T >= day.toMs) return answers;
      else rows.add(tradeRow(trade, contractSize));
    }
    const last = page[page.length - 1] as AggTrade;
    read.onPage(page.length, last.T);
    page = (await ask(last.a, (found) => idFault(found, last.a) ?? sameFault(found[0], last))).slice(1);
    // A list cut down to one looks like the newest trade there is: what lies beyond is asked for by itself.
    if (page.length === 0) page = await ask(last.a + 1, (found) => (found.length === 0 ? null : idFault(found, last.a + 1)));
    if (page.length === 0) return answers;
  }
}

function checkBefore(trade: AggTrade, firstId: number, { symbol, day }: DayRead): void {
  if (trade.T < day.fromMs) return;
  throw new InvalidData(
    `${symbol} ${day.day}: expected trade ${firstId} to be the first from ${day.fromMs} on, found trade ${trade.a} of ${trade.T} before it`,
  );
}

/** The first thing wrong with the ids of a page that was asked for from an id on, or null. */
function idFault(page: readonly AggTrade[], fromId: number): string | null {
  if (page.length === 0) return `expected trades from id ${fromId} on, found an empty list`;
  const at = page.findIndex((trade, i) => trade.a !== fromId + i);
  return at === -1 ? null : `expected trade ${fromId + at}, found ${page[at]?.a}`;
}

function sameFault(found: AggTrade | undefined, known: AggTrade): string | null {
  return JSON.stringify(found) === JSON.stringify(known) ? null : `expected ${JSON.stringify(known)} again, found ${JSON.stringify(found)}`;
}

/** An inverse future trades in contracts of a fixed quote value; the trade's base quantity follows from its price. */
function tradeRow(trade: AggTrade, contractSize: number | null): Parameters<TradeRows['add']>[0] {
  const quantity = contractSize === null ? trade.q : (trade.q * contractSize) / trade.p;
  return { id: trade.a, timeMs: trade.T, price: trade.p, quantity, buyerIsMaker: trade.m };
}

/** @throws InvalidData when the candles of a day without trades count some: older trades are not served by time */
async function checkEmpty({ api, symbol, day, signal }: DayRead): Promise<number> {
  const { counted, answers } = await readBinanceBars(api, { symbol, window: day, periodMs: 60_000, signal });
  if (counted > 0) {
    throw new InvalidData(
      `${symbol} ${api.market} ${day.day}: expected the ${counted} trades that its candles count, found none by time; take series bars or source archive`,
    );
  }
  return answers;
}
