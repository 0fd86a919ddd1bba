import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { makeBinanceRest } from '../../../adapters/exchange-rest/index.js';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { makeFilesSource } from '../../../adapters/market-files/index.js';
import { InvalidData } from '../../../core/errors.js';
import { hostedBy, startRecordedExchange } from '../../support/recorded-exchange.js';
import { testData } from '../../support/test-data.js';
import type { AggRow } from './exchange-rows.js';
import {
  aggRows,
  candleRow,
  candleSeries,
  DAY,
  DAY_MS,
  expectedColumns,
  makeRig,
  marketBodies,
  MINUTE_MS,
  readDays,
  recorded,
  SHORT_WAITS,
  spotRequest,
  spreadTimes,
  START_MS,
  tradeSeries,
} from './exchange-rows.js';

const NO_DATA = testData === null ? 'no market data' : false;

test('a whole day comes out exactly, however many rows the exchange puts on a page', async (t) => {
  const rows = aggRows(spreadTimes(2500));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 40, max: 1000 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
      let page = 0;
      const exchange = await startRecordedExchange({
        series: [tradeSeries(rows), candleSeries([candleRow(START_MS)])],
        bodies: marketBodies(START_MS + 2 * DAY_MS),
        mostRows: () => sizes[page++ % sizes.length]!,
      });
      try {
        const [day] = await readDays(makeBinanceRest(hostedBy(exchange), SHORT_WAITS), [DAY]);
        assert.deepEqual(day!.table.columns, expectedColumns(rows));
      } finally {
        await exchange.stop();
      }
    }),
    { numRuns: 12 },
  );
  t.diagnostic(`${rows.length} trades`);
});

test('pages of one row lose nothing and double nothing', async (t) => {
  const rows = aggRows(spreadTimes(60));
  const { source } = await makeRig(t, { series: [tradeSeries(rows)], mostRows: () => 1 });
  assert.deepEqual((await readDays(source, [DAY]))[0]!.table.columns, expectedColumns(rows));
});

test('a day is the same bytes and the same number of answers whatever day was read before it', async (t) => {
  const next = { day: '2024-03-02', fromMs: DAY.toMs, toMs: DAY.toMs + DAY_MS };
  const rows = aggRows(Array.from({ length: 4000 }, (_, i) => START_MS + Math.floor((i * 2 * DAY_MS) / 4000)));
  const { source } = await makeRig(t, { series: [tradeSeries(rows)], bodies: marketBodies(next.toMs) });
  const together = await readDays(source, [DAY, next]);
  const [alone] = await readDays(source, [next]);
  assert.deepEqual(together[1], alone);
  assert.deepEqual(
    together.map(({ table }) => table.rowCount),
    [2000, 2000],
  );
});

test('a day whose trades are the newest of all ends where they end', async (t) => {
  const rows = aggRows([START_MS + 1000, START_MS + 2000, START_MS + 2000]);
  const { source } = await makeRig(t, { series: [tradeSeries(rows)] });
  assert.deepEqual((await readDays(source, [DAY]))[0]!.table.columns, expectedColumns(rows));
});

test('the very first trades of a symbol are read although none comes before them', async (t) => {
  for (const firstId of [0, 1, 77]) {
    const rows = aggRows([START_MS + 5, START_MS + DAY_MS + 5], firstId);
    const { source } = await makeRig(t, { series: [tradeSeries(rows)] });
    assert.deepEqual([...((await readDays(source, [DAY]))[0]!.table.columns['id'] as Float64Array)], [firstId]);
  }
});

test('a day without trades has no rows, one flag, and was asked for an hour at a time', async (t) => {
  const candles = [candleRow(START_MS, MINUTE_MS, 0), candleRow(START_MS + MINUTE_MS, MINUTE_MS, 0)];
  const { source, exchange } = await makeRig(t, { series: [tradeSeries(aggRows([START_MS - 1, DAY.toMs])), candleSeries(candles)] });
  const [day] = await readDays(source, [DAY]);
  assert.equal(day!.table.rowCount, 0);
  assert.deepEqual(
    day!.findings.map(({ check, action }) => [check, action]),
    [
      ['empty day', 'flagged'],
      ['trades', 'passed'],
      ['requests', 'passed'],
    ],
  );
  const asked = exchange.requests.filter((url) => url.includes('aggTrades')).map((url) => new URLSearchParams(url.split('?')[1]));
  assert.deepEqual(
    asked.map((query) => [Number(query.get('startTime')), Number(query.get('endTime'))]),
    Array.from({ length: 24 }, (_, hour) => [START_MS + hour * 3_600_000, START_MS + (hour + 1) * 3_600_000 - 1]),
  );
});

test('a day that gives no trades although its candles count some is refused', async (t) => {
  const { source } = await makeRig(t, { series: [tradeSeries([]), candleSeries([candleRow(START_MS), candleRow(START_MS + MINUTE_MS)])] });
  await assert.rejects(readDays(source, [DAY]), {
    name: 'InvalidData',
    message: /ETHUSDT spot 2024-03-01: expected the 24 trades that its candles count, found none/,
  });
});

test('trades of an inverse future count base currency: contracts times their value over the price', async (t) => {
  const rows = aggRows([START_MS + 5]).map((row) => ({ ...row, p: '2500.0', q: '50' }));
  const series = { ...tradeSeries(rows, 'ETHUSD_PERP'), path: '/dapi/v1/aggTrades' };
  const { source } = await makeRig(t, { series: [series] });
  const [day] = await readDays(source, [DAY], { market: 'coin', symbol: 'ETHUSD_PERP' });
  // 50 contracts of 10 dollars at 2,500 are 0.2 ether.
  assert.deepEqual([...(day!.table.columns['quantity'] as Float64Array)], [0.2]);
});

test('raw trades are refused: the exchange gives them to holders of a key only', async (t) => {
  const { source } = await makeRig(t, {});
  await assert.rejects(async () => readDays(source, [DAY], { tradeKind: 'trades' }), {
    name: 'InvalidData',
    message: /expected aggTrades or bars .*found trades/,
  });
});

test('a stop is heard while an answer is awaited', async (t) => {
  const { source, exchange } = await makeRig(t, {
    series: [tradeSeries(aggRows(spreadTimes(500)))],
    fault: (_, path) => (path.endsWith('aggTrades') ? { kind: 'stall' } : null),
  });
  const stop = new AbortController();
  const stopped = assert.rejects(readDays(source, [DAY], { signal: stop.signal }), /stopped by the operator/);
  while (!exchange.requests.some((url) => url.includes('aggTrades'))) await delay(5);
  stop.abort(new Error('stopped by the operator'));
  await stopped;
});

test('progress names the day, rows, rate, requests and the remaining time', async (t) => {
  const rows = aggRows(spreadTimes(900));
  let count = 0;
  const told: string[] = [];
  const { source } = await makeRig(t, {
    series: [tradeSeries(rows)],
    mostRows: () => 200,
    // One slow answer, so that a second passes.
    fault: (_, path) => (path.endsWith('aggTrades') && ++count === 3 ? { kind: 'status', status: 429, retryAfter: 1 } : null),
  });
  await readDays(source, [DAY], { progress: (message: string) => told.push(message) });
  assert.match(told[0] ?? 'nothing', /^2024-03-01: \d+ trades, \d+ a second, \d+ requests, about \d+ s left$/);
});

test('recorded trades of a real symbol equal the archive file of the same trades', { skip: NO_DATA }, async (t) => {
  const path = join(testData!, 'trades', 'XRPETH-spot-aggTrades-2019-10-11T000011_2019-10-13T111928.zip');
  const days = ['2019-10-11', '2019-10-12', '2019-10-13'].map((day) => ({ day, fromMs: Date.parse(day), toMs: Date.parse(day) + DAY_MS }));
  const request = { ...spotRequest, symbol: 'XRPETH', days, tradeKind: 'aggTrades' as const };
  const fromFile = [];
  for await (const day of makeFilesSource().readTradeDays({ ...request, files: [await hashFile(path)] })) fromFile.push(day.table);
  // The file's rows in the form of the interface: its numbers as text.
  const rows = fromFile.flatMap(({ columns, rowCount }) => {
    const column = (name: string): Float64Array => columns[name] as Float64Array;
    return Array.from(
      { length: rowCount },
      (_, i): AggRow => ({
        a: column('id')[i]!,
        p: String(column('price')[i]),
        q: String(column('quantity')[i]),
        f: 0,
        l: 0,
        T: column('timeMs')[i]!,
        m: column('buyerIsMaker')[i] === 1,
        M: true,
      }),
    );
  });
  const { source } = await makeRig(t, {
    series: [tradeSeries(rows, 'XRPETH'), candleSeries([candleRow(days[0]!.fromMs)], '1m', '/api/v3/klines', 'XRPETH')],
    bodies: { '/api/v3/exchangeInfo': { symbols: [{ symbol: 'XRPETH' }] } },
  });
  const fromRest = await readDays(source, days, { symbol: 'XRPETH' });
  assert.equal(rows.length, 12_477);
  assert.deepEqual(
    fromRest.map(({ table }) => table),
    fromFile,
  );
});

test('a recorded page of 1,000 trades is read as it is', { skip: NO_DATA }, async (t) => {
  const rows = (await recorded('api_v3_aggTrades__fromId=202790190_limit=1000_symbol=BTCUSDT.json')) as AggRow[];
  const first = rows[0]!;
  const day = { day: '2020-01-02', fromMs: first.T + 1, toMs: rows.at(-1)!.T };
  const { source } = await makeRig(t, {
    series: [tradeSeries(rows, 'BTCUSDT'), candleSeries([candleRow(START_MS)], '1m', '/api/v3/klines', 'BTCUSDT')],
    bodies: { '/api/v3/exchangeInfo': { symbols: [{ symbol: 'BTCUSDT' }] } },
  });
  assert.deepEqual((await readDays(source, [day], { symbol: 'BTCUSDT' }))[0]!.table.columns, expectedColumns(rows, day));
});

const wrongRecordings = {
  'whose ids jump': ['api_v3_aggTrades__fromId=202791189_limit=1000_symbol=BTCUSDT.json', /expected trade \d+.*found/],
  'with a field that has lost its name': [
    'api_v3_aggTrades__endTime=1577981045000_limit=1000_startTime=1577977445000_symbol=BTCUSDT.json',
    /0\.m: .*found nothing/,
  ],
  'of another hour': [
    'api_v3_aggTrades__endTime=1577978345000_startTime=1577977445000_symbol=BTCUSDT.json',
    /expected trades from \d+ to before \d+, found one of 1590640145871/,
  ],
} as const;
for (const [what, [name, message]] of Object.entries(wrongRecordings)) {
  test(`a recorded answer ${what} is refused`, { skip: NO_DATA }, async (t) => {
    const body = await recorded(name);
    const { source } = await makeRig(t, {
      bodies: { '/api/v3/aggTrades': body, '/api/v3/exchangeInfo': { symbols: [{ symbol: 'BTCUSDT' }] } },
      series: [candleSeries([candleRow(START_MS)], '1m', '/api/v3/klines', 'BTCUSDT')],
    });
    const fromMs = Date.UTC(2020, 0, 2, 15);
    const read = readDays(source, [{ day: '2020-01-02', fromMs, toMs: fromMs + DAY_MS }], { symbol: 'BTCUSDT' });
    await assert.rejects(read, (error) => error instanceof InvalidData && message.test(error.message));
  });
}
