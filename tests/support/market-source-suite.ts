/** What every source of market data must do, over one small market that each serves in its own way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { barsFromTable } from '../../core/data/bars.js';
import type { Bars } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { float64Column, makeTable } from '../../core/data/table.js';
import { tradesToBars } from '../../core/data/trades-to-bars.js';
import { InvalidData } from '../../core/errors.js';
import { checkTable } from '../../pipeline/check-table.js';
import type { Exchange, MarketKind } from '../../pipeline/config.js';
import { daysOf } from '../../pipeline/day-segments.js';
import type { DayOfQuotes, FoundSeries, MarketSource, SourceQuery, SourceRequest, TradeDay } from '../../pipeline/market-source.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FIRST_MS = Date.UTC(2024, 2, 1);
/** Without a trade. */
const QUIET = { fromMs: FIRST_MS + 36 * HOUR_MS, toMs: FIRST_MS + 36 * HOUR_MS + 10 * MINUTE_MS };

/** Two whole days: trades in most minutes, none from 12:00 to 12:10 of the second; funding every eight hours. */
export interface SuiteMarket {
  readonly fromMs: number;
  readonly toMs: number;
  /** Schema ares.trades; ids from 1 on without a gap. */
  readonly trades: Table;
  /** One-minute bars of the trades. */
  readonly bars: Bars;
  readonly funding: readonly { readonly timeMs: number; readonly rate: number; readonly markPrice: number }[];
}

/** A source that serves the suite's market as ETHUSDT, and what it can do. */
export interface SuiteSubject {
  readonly source: MarketSource;
  readonly exchange: Exchange;
  readonly market: MarketKind;
  /** Folder of files, for a source that has one. */
  readonly root?: string;
  /** False where the exchange has no bars of the past. */
  readonly hasBars: boolean;
  /** False where the source pins no files. */
  readonly pinsFiles: boolean;
}

/** The market that subjects serve. */
export const SUITE_MARKET: SuiteMarket = makeSuiteMarket();

/** Runs the suite on the source that `make` sets up for each test. */
export function describeMarketSource(name: string, make: (context: TestContext, market: SuiteMarket) => Promise<SuiteSubject>): void {
  const { fromMs, toMs, trades, bars, funding } = SUITE_MARKET;
  const check = (fact: string, body: (subject: SuiteSubject) => Promise<void>): void =>
    void test(`${name}: ${fact}`, async (context) => body(await make(context, SUITE_MARKET)));

  check('trades of the window are found, twice the same, and the files are pinned where there are files', async (subject) => {
    const found = await subject.source.find(queryOf(subject, { series: 'trades' }));
    assert.deepEqual([found.series, found.periodMs], ['trades', 0]);
    assert.ok(found.tradeKind !== null && found.fromMs <= fromMs && found.toMs >= toMs);
    assert.deepEqual(await subject.source.find(queryOf(subject, { series: 'trades' })), found);
    assert.equal(found.files.length > 0, subject.pinsFiles);
    for (const file of found.files) {
      assert.match(file.sha256, /^[0-9a-f]{64}$/);
      assert.ok(file.bytes > 0 && file.span !== undefined && file.span.fromMs < file.span.toMs, file.path);
    }
  });

  check('every trade of the window comes once, in order, on its day', async (subject) => {
    const tables = await readTrades(subject, wholeDays());
    for (const [i, table] of tables.entries()) assert.equal(checkTable(table, 'ares.trades', `day ${i}`).rowCount, table.rowCount);
    for (const column of ['timeMs', 'id', 'price', 'quantity', 'buyerIsMaker']) {
      const found = tables.flatMap((table) => Array.from(table.columns[column] as Float64Array));
      assert.deepEqual(found, Array.from(trades.columns[column] as Float64Array), column);
    }
    for (const [i, table] of tables.entries()) {
      const time = float64Column(table, 'timeMs');
      assert.ok(time.every((value) => Math.floor((value - fromMs) / DAY_MS) === i));
    }
  });

  check('half a day gives its trades alone, and a span without trades comes with no row and a flag', async (subject) => {
    const half: TradeDay = { day: '2024-03-02', fromMs: fromMs + DAY_MS + 6 * HOUR_MS, toMs: fromMs + DAY_MS + 18 * HOUR_MS };
    const [table] = await readTrades(subject, [half]);
    const expected = Array.from(float64Column(trades, 'timeMs')).filter((time) => time >= half.fromMs && time < half.toMs);
    assert.deepEqual(Array.from(float64Column(table!, 'timeMs')), expected);
    const found = await subject.source.find(queryOf(subject, { series: 'trades' }));
    const quiet: TradeDay = { day: '2024-03-02', fromMs: QUIET.fromMs, toMs: QUIET.toMs };
    for await (const day of subject.source.readTradeDays({ ...requestOf(subject, found), tradeKind: found.tradeKind ?? 'trades', days: [quiet] })) {
      assert.equal(day.table.rowCount, 0);
      assert.ok(day.findings.some(({ action }) => action === 'flagged'));
    }
  });

  check('one-minute bars are those of the trades, or are refused by name where the exchange keeps none', async (subject) => {
    if (!subject.hasBars) {
      const request = { ...requestOf(subject), window: { fromMs, toMs }, periodMs: MINUTE_MS };
      await assert.rejects(async () => subject.source.readBars(request), InvalidData);
      return;
    }
    const found = await subject.source.find(queryOf(subject, { series: 'bars' }));
    assert.deepEqual([found.series, found.periodMs, found.tradeKind], ['bars', MINUTE_MS, null]);
    const { table } = await subject.source.readBars({ ...requestOf(subject, found), window: { fromMs, toMs }, periodMs: MINUTE_MS });
    const read = barsFromTable(checkTable(table, 'ares.bars', 'bars'));
    for (const column of ['openTimeMs', 'closeTimeMs', 'open', 'high', 'low', 'close', 'tradeCount'] as const)
      assert.deepEqual(read[column], bars[column], column);
    for (const [i, volume] of read.volume.entries()) assert.ok(Math.abs(volume - bars.volume[i]!) < 1e-9 * bars.volume[i]!, `volume of bar ${i}`);
  });

  check('funding is paid on a perpetual at its times, and never on spot', async (subject) => {
    const found = await subject.source.find(queryOf(subject, { series: subject.hasBars ? 'bars' : 'trades' }));
    const { table } = await subject.source.readFunding({ ...requestOf(subject), files: found.fundingFiles, window: { fromMs, toMs } });
    const expected = subject.market === 'spot' ? [] : funding;
    assert.deepEqual(
      Array.from(float64Column(checkTable(table, 'ares.funding', 'funding'), 'timeMs')),
      expected.map(({ timeMs }) => timeMs),
    );
    assert.deepEqual(
      Array.from(float64Column(table, 'rate')),
      expected.map(({ rate }) => rate),
    );
  });

  check('quotes of the window come as bars, a day at a time, the same alone and together, or are refused by name', async (subject) => {
    const { quotes } = subject.source;
    const query = { exchange: subject.exchange, market: subject.market, symbol: 'ETHUSDT', root: subject.root ?? null, window: { fromMs, toMs } };
    if (!subject.pinsFiles) {
      assert.equal(quotes, undefined);
      return;
    }
    if (subject.market === 'spot') {
      await assert.rejects(async () => quotes!.find(query), /quotes: expected .* found/);
      return;
    }
    const found = await quotes!.find(query);
    assert.deepEqual(
      found.files.map(({ span }) => span),
      wholeDays().map((day) => ({ fromMs: day.fromMs, toMs: day.toMs })),
    );
    const read = async (days: readonly TradeDay[]): Promise<DayOfQuotes[]> => {
      const out: DayOfQuotes[] = [];
      const request = { ...requestOf(subject), files: found.files, kind: found.kind, periodMs: MINUTE_MS, days };
      for await (const day of quotes!.readDays(request)) out.push(day);
      return out;
    };
    const both = await read(wholeDays());
    assert.deepEqual(
      both.map(({ day, table }) => [day, checkTable(table, 'ares.quotes', day).rowCount]),
      [
        ['2024-03-01', 1440],
        ['2024-03-02', 1440],
      ],
    );
    assert.deepEqual([...(await read(wholeDays().slice(0, 1))), ...(await read(wholeDays().slice(1)))], both);
    const bids = both.flatMap(({ table }) => Array.from(float64Column(table, 'bid')));
    assert.deepEqual(bids, suiteBids(bids.length));
  });

  check('a symbol that is not there is InvalidData that names it', async (subject) => {
    const query = queryOf(subject, { symbol: 'NOSUCHCOIN', series: 'trades' });
    await assert.rejects(
      subject.source.find(query),
      (error) => (error instanceof InvalidData && error.message.includes('NOSUCHCOIN')) || assert.fail(String(error)),
    );
  });

  check('work that was given up before it began reads nothing', async (subject) => {
    const found = await subject.source.find(queryOf(subject, { series: 'trades' }));
    const signal = AbortSignal.abort(new Error('given up'));
    const reading = async (): Promise<void> => {
      const request = { ...requestOf(subject, found), signal, tradeKind: found.tradeKind ?? ('trades' as const), days: wholeDays() };
      for await (const { day } of subject.source.readTradeDays(request)) assert.fail(`read ${day}`);
    };
    await assert.rejects(reading, /given up/);
  });
}

/** The bid of each minute of the suite's quotes, one a minute from its first second on. */
export function suiteBids(minutes: number): readonly number[] {
  return Array.from({ length: minutes }, (_, m) => Number((2000 + 25 * Math.sin(m / 40)).toFixed(2)));
}

function queryOf(subject: SuiteSubject, change: Partial<SourceQuery>): SourceQuery {
  const { fromMs, toMs } = SUITE_MARKET;
  const { exchange, market, root = null } = subject;
  return { exchange, market, symbol: 'ETHUSDT', root, fromMs, toMs, days: 2, periodMs: MINUTE_MS, series: 'auto', external: [], ...change };
}

function requestOf({ exchange, market }: SuiteSubject, found?: FoundSeries): SourceRequest {
  return { exchange, market, symbol: 'ETHUSDT', files: found?.files ?? [], signal: new AbortController().signal };
}

function wholeDays(): TradeDay[] {
  return daysOf(SUITE_MARKET).map((day) => ({ day, fromMs: Date.parse(`${day}T00:00:00Z`), toMs: Date.parse(`${day}T00:00:00Z`) + DAY_MS }));
}

async function readTrades(subject: SuiteSubject, days: readonly TradeDay[]): Promise<Table[]> {
  const found = await subject.source.find(queryOf(subject, { series: 'trades' }));
  const tables: Table[] = [];
  const request = { ...requestOf(subject, found), tradeKind: found.tradeKind ?? ('trades' as const), days };
  for await (const { day, table } of subject.source.readTradeDays(request)) {
    assert.equal(day, days[tables.length]?.day);
    tables.push(table);
  }
  return tables;
}

function makeSuiteMarket(): SuiteMarket {
  const fromMs = FIRST_MS;
  const toMs = fromMs + 2 * DAY_MS;
  const rows: { timeMs: number; price: number; quantity: number; buyerIsMaker: number }[] = [];
  // Irregular but fixed: several trades in one millisecond, pauses of minutes, a trade in the last millisecond of each day.
  for (let timeMs = fromMs, i = 0; timeMs < toMs; i++) {
    const price = Number((2000 + 25 * Math.sin(i / 40) + ((i * 7919) % 100) / 100).toFixed(2));
    rows.push({ timeMs, price, quantity: (((i * 104_729) % 5000) + 1) / 1000, buyerIsMaker: (i * 31) % 5 < 2 ? 1 : 0 });
    const nextMs = i % 6 === 0 ? timeMs : timeMs + ((i * 6007) % 70_000) + (i % 97 === 0 ? 4 * MINUTE_MS : 0);
    const midnightMs = fromMs + Math.ceil((timeMs - fromMs + 1) / DAY_MS) * DAY_MS;
    timeMs = nextMs >= midnightMs && timeMs < midnightMs - 1 ? midnightMs - 1 : nextMs;
    if (timeMs >= QUIET.fromMs && timeMs < QUIET.toMs) timeMs = QUIET.toMs;
  }
  const trades = makeTable({
    timeMs: Float64Array.from(rows, ({ timeMs }) => timeMs),
    id: Float64Array.from(rows, (_, i) => i + 1),
    price: Float64Array.from(rows, ({ price }) => price),
    quantity: Float64Array.from(rows, ({ quantity }) => quantity),
    buyerIsMaker: Uint8Array.from(rows, ({ buyerIsMaker }) => buyerIsMaker),
  });
  const funding = [0, 1, 2, 3, 4, 5].map((i) => ({ timeMs: fromMs + 8 * i * HOUR_MS + (i % 3), rate: (i - 2) / 10_000, markPrice: 2000 + i }));
  return { fromMs, toMs, trades, bars: tradesToBars(trades, MINUTE_MS), funding };
}
