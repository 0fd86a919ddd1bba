/** Trades of whole days from Kraken: followed from time to time, which are its page marks. */
import type { Abort } from '../../core/abort.js';
import { InvalidData } from '../../core/errors.js';
import type { DayOfTrades, SourceRequest, TradeDay } from '../../pipeline/market-source.js';
import { finding, requestsFinding } from './findings.js';
import type { KrakenTrade, KrakenTrades } from './kraken-answers.js';
import { makeReadProgress } from './read-progress.js';
import type { TradeRows } from './trade-rows.js';
import { makeTradeRows } from './trade-rows.js';

/** Most trades an answer. */
export const KRAKEN_PAGE = 1000;

/** One page of a pair: trades after `since` (ns). */
export type FetchTrades = (
  since: string,
  ask: { readonly check: (page: KrakenTrades) => string | null; readonly signal: Abort | undefined },
) => Promise<KrakenTrades>;

interface DayRead {
  readonly fetchTrades: FetchTrades;
  readonly day: TradeDay;
  readonly signal: Abort;
  readonly onPage: (rows: number, timeMs: number) => void;
}

interface Tally {
  answers: number;
  missingIds: number;
  firstMissingMs: number;
}

/**
 * The trades of each day. Every page is asked for from just before the last trade of the page before, which must come back: neither a cut list
 * nor one empty answer passes for the end. Flagged: ids that are missing between two trades, since the exchange does not promise whole ones.
 * @throws InvalidData for such an answer, ids or times going backwards, or more trades in a nanosecond than a page holds
 */
export async function* readKrakenTrades(
  fetchTrades: FetchTrades,
  request: SourceRequest & { readonly days: readonly TradeDay[]; readonly requestCount: () => number },
): AsyncGenerator<DayOfTrades, void, undefined> {
  const { days, signal } = request;
  const progress = makeReadProgress(days, { say: request.progress, requests: request.requestCount });
  for (const day of days) {
    const rows = makeTradeRows(`${request.symbol} KRAKEN ${day.day}`);
    const tally: Tally = { answers: 0, missingIds: 0, firstMissingMs: Number.NaN };
    await readDay({ fetchTrades, day, signal, onPage: (count, timeMs) => progress.add(count, day, timeMs) }, rows, tally);
    yield { day: day.day, table: rows.toTable(), findings: describe(day, rows, tally) };
  }
}

async function readDay(read: DayRead, rows: TradeRows, tally: Tally): Promise<void> {
  const { day, fetchTrades, signal } = read;
  const ask = async (since: bigint, known: KrakenTrade | null): Promise<KrakenTrades> => {
    tally.answers++;
    return fetchTrades(String(since), { signal, check: ({ trades }) => orderFault(trades, day.fromMs) ?? sameFault(trades, known) });
  };
  const before = BigInt(day.fromMs) * 1_000_000n - 1n;
  let last: KrakenTrade | null = null;
  let page = await ask(before, null);
  // A day whose list is empty is asked for twice.
  if (page.trades.length === 0) page = await ask(before, null);
  for (;;) {
    let fresh = tradesAfter(page, last);
    if (fresh.length === 0 && last !== null) {
      if (page.trades.length >= KRAKEN_PAGE)
        throw new InvalidData(`${day.day}: expected a page to reach beyond trade ${last[6]}, found ${page.trades.length} trades of one time`);
      // A list cut down to what is known looks like the newest trade there is: what lies beyond is asked for by itself.
      page = await ask(BigInt(page.last), null);
      fresh = tradesAfter(page, last);
    }
    if (fresh.length === 0) return;
    for (const trade of fresh) {
      if (timeMsOf(trade) >= day.toMs) return;
      addTrade(trade, last, { rows, tally });
      last = trade;
    }
    read.onPage(fresh.length, timeMsOf(fresh[fresh.length - 1] as KrakenTrade));
    page = await ask(BigInt(page.last) - 1n, last);
  }
}

/** Trades of one nanosecond can stand around the last one known: those up to it are known too. */
function tradesAfter({ trades }: KrakenTrades, last: KrakenTrade | null): readonly KrakenTrade[] {
  return last === null ? trades : trades.filter((trade) => trade[6] > last[6]);
}

function addTrade(trade: KrakenTrade, before: KrakenTrade | null, day: { rows: TradeRows; tally: Tally }): void {
  const [price, quantity, , side, , , id] = trade;
  const timeMs = timeMsOf(trade);
  day.rows.add({ id, timeMs, price, quantity, buyerIsMaker: side === 's' });
  if (before === null || id === before[6] + 1) return;
  if (day.tally.missingIds === 0) day.tally.firstMissingMs = timeMs;
  day.tally.missingIds += id - before[6] - 1;
}

/** Whole ms. The exchange's tenths of microseconds do not survive as a number: microseconds do. */
function timeMsOf([, , seconds]: KrakenTrade): number {
  return Math.floor(Math.round(seconds * 1e6) / 1000);
}

function sameFault(trades: readonly KrakenTrade[], known: KrakenTrade | null): string | null {
  if (known === null || trades.some((trade) => JSON.stringify(trade) === JSON.stringify(known))) return null;
  return `expected trade ${known[6]} again, found ${trades.length === 0 ? 'an empty list' : `trades ${trades[0]?.[6]} to ${trades.at(-1)?.[6]}`}`;
}

function orderFault(trades: readonly KrakenTrade[], fromMs: number): string | null {
  for (const [at, trade] of trades.entries()) {
    if (timeMsOf(trade) < fromMs) return `expected trades from ${fromMs} on, found trade ${trade[6]} of ${timeMsOf(trade)}`;
    const previous = trades[at - 1];
    if (previous !== undefined && trade[6] <= previous[6]) return `expected ids to rise, found ${trade[6]} after ${previous[6]}`;
  }
  return null;
}

function describe({ day, fromMs }: TradeDay, rows: TradeRows, tally: Tally): DayOfTrades['findings'] {
  const findings = [];
  if (rows.count === 0) findings.push(finding({ action: 'flagged', check: 'empty day', count: 0, timeMs: fromMs, detail: `no trade on ${day}` }));
  if (tally.missingIds > 0) {
    const detail = `${tally.missingIds} ids between trades are not there; the first gap ends at timeMs`;
    findings.push(finding({ action: 'flagged', check: 'missing trade ids', count: tally.missingIds, timeMs: tally.firstMissingMs, detail }));
  }
  findings.push(
    finding({ action: 'passed', check: 'trades', count: rows.count, detail: `${rows.count} trades of ${day}; prices, quantities, ids and times checked` }),
  );
  return [...findings, requestsFinding(tally.answers, `Trades of ${day}`)];
}
