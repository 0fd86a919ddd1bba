import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import type { RestSource } from '../../../adapters/exchange-rest/index.js';
import { makeKrakenRest } from '../../../adapters/exchange-rest/index.js';
import type { DayOfTrades, SourceQuery, TradeDay } from '../../../pipeline/market-source.js';
import type { ExchangeOptions, RecordedExchange } from '../../support/recorded-exchange.js';
import { hostedBy, startRecordedExchange } from '../../support/recorded-exchange.js';
import type { KrakenRow } from './kraken-rows.js';
import { krakenBodies, krakenRows } from './kraken-rows.js';
import { DAY, DAY_MS, MINUTE_MS, SHORT_WAITS, spotRequest, START_MS } from './exchange-rows.js';

const QUICK = { ...SHORT_WAITS, attempts: 4, paceMs: 1 };

async function makeKrakenRig(
  t: TestContext,
  options: ExchangeOptions,
  policy: Parameters<typeof makeKrakenRest>[1] = QUICK,
): Promise<{ source: RestSource; exchange: RecordedExchange }> {
  const exchange = await startRecordedExchange(options);
  t.after(() => exchange.stop());
  return { exchange, source: makeKrakenRest(hostedBy(exchange), policy) };
}

async function readKraken(source: RestSource, days: readonly TradeDay[] = [DAY]): Promise<DayOfTrades[]> {
  const read: DayOfTrades[] = [];
  for await (const day of source.readTradeDays({ ...spotRequest, exchange: 'KRAKEN', tradeKind: 'trades', days })) read.push(day);
  return read;
}

function expected(rows: readonly KrakenRow[]): Record<string, unknown> {
  const msOf = ({ ns }: KrakenRow): number => Number(ns / 1_000_000n);
  const inside = rows.filter((row) => msOf(row) >= DAY.fromMs && msOf(row) < DAY.toMs);
  return {
    timeMs: Float64Array.from(inside, msOf),
    id: Float64Array.from(inside, ({ shown }) => shown[6]),
    price: Float64Array.from(inside, ({ shown }) => Number(shown[0])),
    quantity: Float64Array.from(inside, ({ shown }) => Number(shown[1])),
    buyerIsMaker: Uint8Array.from(inside, ({ shown }) => (shown[3] === 's' ? 1 : 0)),
  };
}

/** Over a day and a little on both sides; three trades in the same nanosecond now and then. */
const spread = (count: number): bigint[] =>
  Array.from({ length: count }, (_, at) => -5_000_000_000n + (BigInt(at - (at % 7 === 6 ? 2 : at % 7 === 5 ? 1 : 0)) * 86_410_000_000_000n) / BigInt(count));

test('a whole day comes out exactly in the schema of every other venue, however many trades are on a page', async () => {
  const rows = krakenRows(spread(1500));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 20, max: 1000 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
      let page = 0;
      const exchange = await startRecordedExchange({ bodies: krakenBodies(rows, () => sizes[page++ % sizes.length]!) });
      try {
        assert.deepEqual((await readKraken(makeKrakenRest(hostedBy(exchange), QUICK)))[0]!.table.columns, expected(rows));
      } finally {
        await exchange.stop();
      }
    }),
    { numRuns: 10 },
  );
});

test('the documentation’s example is read: taker sides, milliseconds, ids with a gap', async (t) => {
  const fromMs = Date.UTC(2023, 6, 6);
  const body = {
    error: [],
    result: {
      ETHUSDT: [
        ['30243.40000', '0.34507674', 1688669597.8277369, 'b', 'm', '', 61044952],
        ['30243.30000', '0.00376960', 1688669598.2804112, 's', 'l', '', 61044953],
        ['30243.30000', '0.01235716', 1688669602.698379, 's', 'm', '', 61044956],
      ],
      last: '1688671969993150842',
    },
  };
  const { source } = await makeKrakenRig(t, { bodies: { '/0/public/Trades': body } });
  const [day] = await readKraken(source, [{ day: '2023-07-06', fromMs, toMs: fromMs + DAY_MS }]);
  const { columns } = day!.table;
  assert.deepEqual([...(columns['timeMs'] as Float64Array)], [1688669597827, 1688669598280, 1688669602698]);
  assert.deepEqual([...(columns['buyerIsMaker'] as Uint8Array)], [0, 1, 1]);
  assert.deepEqual(day!.findings.map(({ check, action, count, timeMs }) => [check, action, count, timeMs])[0], [
    'missing trade ids',
    'flagged',
    2,
    1688669602698,
  ]);
});

const query: SourceQuery = {
  exchange: 'KRAKEN',
  market: 'spot',
  symbol: 'ETHUSDT',
  root: null,
  fromMs: null,
  toMs: null,
  days: 1,
  periodMs: MINUTE_MS,
  series: 'auto',
  external: [],
};

test('the plan finds raw trades from the first minute on that began with the symbol, to the last whole minute', async (t) => {
  const { source } = await makeKrakenRig(t, { bodies: krakenBodies(krakenRows([90_000_000_000n]), () => 1000) });
  assert.deepEqual(await source.find(query), {
    series: 'trades',
    tradeKind: 'trades',
    periodMs: 0,
    fromMs: START_MS + 2 * MINUTE_MS,
    toMs: START_MS + 2 * DAY_MS - MINUTE_MS,
    files: [],
    fundingFiles: [],
    externalFiles: {},
  });
});

test('bitcoin is asked for by the exchange’s own name', async (t) => {
  const { source, exchange } = await makeKrakenRig(t, { bodies: krakenBodies(krakenRows([0n]), () => 1000, 'XBTUSDT') });
  await source.find({ ...query, symbol: 'BTCUSDT' });
  assert.ok(exchange.requests.every((url) => !url.includes('pair=') || url.includes('pair=XBTUSDT')));
});

const refused: readonly [what: string, change: Partial<SourceQuery>, message: RegExp][] = [
  ['a pair that it does not have', { symbol: 'NONEUSDT' }, /EQuery:Unknown asset pair/],
  ['bars', { series: 'bars' }, /^series: expected trades from KRAKEN \(its candles reach back 720 only/],
  ['aggregate trades', { series: 'aggTrades' }, /found aggTrades$/],
  ['open interest', { external: ['open-interest'] }, /^external: expected fear-greed or hash-rate beside KRAKEN, found open-interest$/],
  ['an end in the future', { toMs: START_MS + 2 * DAY_MS + 1 }, /^to: expected a time up to the exchange's/],
];
for (const [what, change, message] of refused) {
  test(`${what} is refused in the plan`, async (t) => {
    const { source } = await makeKrakenRig(t, { bodies: krakenBodies(krakenRows([0n]), () => 1000) });
    await assert.rejects(source.find({ ...query, ...change }), { name: 'InvalidData', message });
  });
}

test('it has no funding and gives no candles', async (t) => {
  const { source, exchange } = await makeKrakenRig(t, {});
  const window = { fromMs: DAY.fromMs, toMs: DAY.toMs };
  assert.equal((await source.readFunding({ ...spotRequest, window })).table.rowCount, 0);
  await assert.rejects(source.readBars({ ...spotRequest, window, periodMs: MINUTE_MS }), { name: 'InvalidData' });
  assert.equal(exchange.requests.length, 0);
});

const TRADES = '/0/public/Trades';
test('busy answers, broken connections, empty and cut pages lose nothing and double nothing', async (t) => {
  const rows = krakenRows(spread(900));
  const busy = JSON.stringify({ error: ['EAPI:Rate limit exceeded'] });
  const faults = {
    2: { kind: 'body', body: busy },
    4: { kind: 'drop' },
    6: { kind: 'body', body: JSON.stringify({ error: [], result: { ETHUSDT: [], last: '1' } }) },
  } as const;
  let count = 0;
  const { source } = await makeKrakenRig(t, {
    bodies: krakenBodies(rows, () => 200),
    fault: (_, path) => (path === TRADES ? (faults[++count as 2] ?? null) : null),
  });
  assert.deepEqual((await readKraken(source))[0]!.table.columns, expected(rows));
});

const always: readonly [what: string, body: string, name: string, message: RegExp][] = [
  ['a lockout', '{"error":["EGeneral:Temporary lockout"]}', 'UpstreamUnavailable', /EGeneral:Temporary lockout, 4 times/],
  ['a refusal', '{"error":["EQuery:Unknown asset pair"]}', 'InvalidData', /EQuery:Unknown asset pair/],
  ['a denial', '{"error":["EGeneral:Permission denied"]}', 'AccessDenied', /EGeneral:Permission denied/],
  [
    'a side that is neither',
    '{"error":[],"result":{"ETHUSDT":[["1","1",1709251201.5,"x","m","",5]],"last":"1709251201500000000"}}',
    'InvalidData',
    /expected one of|Invalid option/,
  ],
  [
    'ids that fall',
    '{"error":[],"result":{"ETHUSDT":[["1","1",1709251201.5,"b","m","",5],["1","1",1709251201.6,"b","m","",4]],"last":"1709251201600000000"}}',
    'InvalidData',
    /expected ids to rise, found 4 after 5, 4 times/,
  ],
  [
    'trades of another day',
    '{"error":[],"result":{"ETHUSDT":[["1","1",1609251201.5,"b","m","",5]],"last":"1609251201500000000"}}',
    'InvalidData',
    /expected trades from \d+ on, found trade 5/,
  ],
];
for (const [what, body, name, message] of always) {
  test(`${what} that stays ends as ${name}`, async (t) => {
    const { source } = await makeKrakenRig(t, { fault: () => ({ kind: 'body', body }) });
    await assert.rejects(readKraken(source), { name, message });
  });
}

test('more trades in one nanosecond than fit on a page are refused, not skipped', async (t) => {
  const rows = krakenRows([...Array.from({ length: 1100 }, () => 5_000_000_000n), 6_000_000_000n]);
  const { source } = await makeKrakenRig(t, { bodies: krakenBodies(rows, () => 1000) });
  await assert.rejects(readKraken(source), { name: 'InvalidData', message: /expected a page to reach beyond trade \d+, found 1000 trades of one time/ });
});

test('requests go out no closer than a second', async (t) => {
  const times: number[] = [];
  const fault = (): null => {
    times.push(performance.now());
    return null;
  };
  const { source } = await makeKrakenRig(t, { bodies: krakenBodies(krakenRows([1n]), () => 1000), fault }, SHORT_WAITS);
  const beganMs = performance.now();
  await source.find(query);
  // Sent a second apart; when one arrives says the network too.
  assert.equal(times.length, 3);
  assert.ok(times[1]! - beganMs >= 995 && times[2]! - beganMs >= 1995, times.map((time) => time - beganMs).join(' '));
});
