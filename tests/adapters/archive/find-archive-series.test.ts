import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float64Column } from '../../../core/data/table.js';
import { InvalidData } from '../../../core/errors.js';
import { PipelineError } from '../../../pipeline/errors.js';
import type { ArchiveServer } from '../../support/archive-server.js';
import { DAY_MS, FROM_MS, putDays, readDays, requestOf, startArchiveRig, tradesPath, tradesQuery } from '../../support/archive-rig.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const UM = 'data/futures/um';
const refused = (message: RegExp) => (error: unknown) => (error instanceof InvalidData && message.test(error.message)) || assert.fail(String(error));

/** Bars of a span, each at one price. */
function klines(fromMs: number, count: number, periodMs = MINUTE_MS): string {
  return Array.from({ length: count }, (_, i) => {
    const openMs = fromMs + i * periodMs;
    return [openMs, 2000, 2001, 1999, 2000 + (i % 2), 10, openMs + periodMs - 1, 20_000, 4, 6, 12_000, 0].join(',');
  }).join('\n');
}

async function putKlines(server: ArchiveServer, date: string): Promise<void> {
  const fromMs = Date.parse(date.length === 7 ? `${date}-01T00:00:00Z` : `${date}T00:00:00Z`);
  const days = date.length === 7 ? 31 : 1;
  await server.putCsv(`${UM}/${date.length === 7 ? 'monthly' : 'daily'}/klines/ETHUSDT/1m/ETHUSDT-1m-${date}.zip`, klines(fromMs, days * 10));
}

const names = (files: readonly { readonly path: string }[]): string[] => files.map(({ path }) => path.replace(/^.*\//, ''));

test('bars of whole months come as months, the days at the edges as days, a month that is not there yet as its days', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  const window = { fromMs: Date.UTC(2024, 0, 30), toMs: Date.UTC(2024, 3, 3), series: 'bars' as const };
  for (const date of ['2024-01-30', '2024-01-31', '2024-02', '2024-04-01', '2024-04-02']) await putKlines(server, date);
  for (let day = 1; day <= 31; day++) await putKlines(server, `2024-03-${String(day).padStart(2, '0')}`);
  const found = await makeSource().find(tradesQuery(0, window));
  const days = Array.from({ length: 31 }, (_, i) => `ETHUSDT-1m-2024-03-${String(i + 1).padStart(2, '0')}.zip`);
  const expected = [
    'ETHUSDT-1m-2024-01-30.zip',
    'ETHUSDT-1m-2024-01-31.zip',
    'ETHUSDT-1m-2024-02.zip',
    ...days,
    'ETHUSDT-1m-2024-04-01.zip',
    'ETHUSDT-1m-2024-04-02.zip',
  ];
  assert.deepEqual(names(found.files), expected);
  assert.deepEqual([found.fromMs, found.toMs, found.periodMs, found.series], [window.fromMs, window.toMs, MINUTE_MS, 'bars']);
  assert.deepEqual(found.files[2]!.span, { fromMs: Date.UTC(2024, 1, 1), toMs: Date.UTC(2024, 2, 1) });
});

test('trades come as days, and as the month where a day of it is missing', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 3);
  assert.deepEqual(
    names((await makeSource().find(tradesQuery(3))).files),
    ['01', '02', '03'].map((day) => `ETHUSDT-trades-2024-03-${day}.zip`),
  );
  server.remove(tradesPath('2024-03-02'));
  await server.putCsv(`${UM}/monthly/trades/ETHUSDT/ETHUSDT-trades-2024-03.zip`, 'id,price,qty,quote_qty,time,is_buyer_maker\n');
  assert.deepEqual(names((await makeSource().find(tradesQuery(3))).files), ['ETHUSDT-trades-2024-03.zip']);
});

test('a missing day is named, and with series auto the next series that has every day serves', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  const days = await putDays(server, 5);
  server.remove(tradesPath(days[1]!));
  server.remove(tradesPath(days[3]!));
  const hole = /trades from 2024-03-01T00:00:00.000Z to 2024-03-06T00:00:00.000Z without 2 days: 2024-03-02, 2024-03-04/;
  await assert.rejects(makeSource().find(tradesQuery(5)), refused(hole));
  await assert.rejects(makeSource().find(tradesQuery(5, { series: 'auto' })), refused(/without 2 days.*; aggTrades of no day; bars of 1m of no day/));
  for (const day of days) await putKlines(server, day);
  const found = await makeSource().find(tradesQuery(5, { series: 'auto' }));
  assert.deepEqual([found.series, found.tradeKind, found.files.length], ['bars', null, 5]);
});

test('an open window ends with the last published day and begins where the symbol was listed; a date that is not covered is refused', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 4);
  const now = (): number => FROM_MS + 6 * DAY_MS + 5 * HOUR_MS;
  const found = await makeSource({ now }).find(tradesQuery(0, { fromMs: null, toMs: null, days: 90 }));
  assert.deepEqual([found.fromMs, found.toMs, found.files.length], [FROM_MS, FROM_MS + 4 * DAY_MS, 4]);
  const two = await makeSource({ now }).find(tradesQuery(0, { fromMs: null, toMs: null, days: 2 }));
  assert.deepEqual([two.fromMs, two.toMs], [FROM_MS + 2 * DAY_MS, FROM_MS + 4 * DAY_MS]);
  const dates = /trades from 2024-03-01T00:00:00.000Z to 2024-03-05T00:00:00.000Z$/;
  await assert.rejects(makeSource().find(tradesQuery(4, { fromMs: FROM_MS - DAY_MS })), refused(dates));
  await assert.rejects(makeSource().find(tradesQuery(5)), refused(dates));
  const later = (): number => FROM_MS + 60 * DAY_MS;
  await assert.rejects(makeSource({ now: later }).find(tradesQuery(0, { toMs: null })), refused(/found no trades of the last days/));
});

test('an unknown symbol is refused, and the message says what was asked', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 1);
  const message = new RegExp(
    `symbol: expected FOOUSDT perp in the archive at ${server.address}, trades or bars of the window from 2024-03-01.*; found trades of no day; aggTrades of no day; bars of 1m of no day`,
  );
  await assert.rejects(makeSource().find(tradesQuery(1, { symbol: 'FOOUSDT', series: 'auto' })), refused(message));
});

test('a checksum file of another form or name is refused, and so are settings that are none', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 1);
  server.put(tradesPath('2024-03-01'), Buffer.from('x'), 'no hash');
  await assert.rejects(makeSource().find(tradesQuery(1)), refused(/ETHUSDT-trades-2024-03-01.zip.CHECKSUM: expected the sha256 of/));
  for (const env of [{ ARES_ARCHIVE_URL: 'ftp://x' }, { ARES_ARCHIVE_URL: 'http://me:secret@x' }, { ARES_DOWNLOADS: '0' }, { ARES_DOWNLOADS: 'many' }]) {
    assert.throws(
      () => makeSource({ env }),
      (error) => error instanceof PipelineError && error.name === 'InvalidSpec',
    );
  }
});

test('funding comes as months with hourly mark prices, and metrics of each day that has them; a month in the middle may not be missing', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  await putDays(server, 3);
  const rates = [0, 1, 2].map((i) => `${FROM_MS + 8 * i * HOUR_MS},8,0.000${i + 1}`).join('\n');
  await server.putCsv(`${UM}/monthly/fundingRate/ETHUSDT/ETHUSDT-fundingRate-2024-03.zip`, `calc_time,funding_interval_hours,last_funding_rate\n${rates}\n`);
  for (const day of ['01', '02', '03']) {
    await server.putCsv(`${UM}/daily/markPriceKlines/ETHUSDT/1h/ETHUSDT-1h-2024-03-${day}.zip`, klines(Date.UTC(2024, 2, Number(day)), 24, HOUR_MS));
  }
  const header =
    'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio';
  for (const day of ['01', '03']) {
    const rows = [`2024-03-${day} 00:10:00,ETHUSDT,120,240000,1.1,1.2,1.3,1.4`, `2024-03-${day} 00:05:00,ETHUSDT,110,220000,2.1,2.2,2.3,2.4`];
    await server.putCsv(`${UM}/daily/metrics/ETHUSDT/ETHUSDT-metrics-2024-03-${day}.zip`, [header, ...rows].join('\n'));
  }
  const source = makeSource();
  const query = tradesQuery(3, { external: ['open-interest', 'taker-ratio'] });
  const found = await source.find(query);
  assert.deepEqual(names(found.fundingFiles), [
    'ETHUSDT-fundingRate-2024-03.zip',
    'ETHUSDT-1h-2024-03-01.zip',
    'ETHUSDT-1h-2024-03-02.zip',
    'ETHUSDT-1h-2024-03-03.zip',
  ]);
  assert.deepEqual(found.externalFiles['open-interest'], found.externalFiles['taker-ratio']);
  const window = { fromMs: found.fromMs, toMs: found.toMs };
  const funding = await source.readFunding({ ...requestOf(query, found.fundingFiles), window });
  assert.deepEqual(Array.from(float64Column(funding.table, 'rate')), [0.0001, 0.0002, 0.0003]);
  assert.deepEqual(Array.from(float64Column(funding.table, 'markPrice')), [2000, 2000, 2000]);
  const interest = await source.readExternal({ ...requestOf(query, found.externalFiles['open-interest'] ?? []), window, external: 'open-interest' });
  assert.deepEqual(Array.from(float64Column(interest.table, 'value')), [110, 120, 110, 120]);
  assert.deepEqual(Array.from(float64Column(interest.table, 'knownAtMs'))[0], FROM_MS + 10 * MINUTE_MS);
  const missing = interest.findings.find(({ check }) => check === 'external days missing');
  assert.deepEqual([missing?.count, missing?.timeMs], [1, FROM_MS + DAY_MS]);

  const refuse = async (change: Parameters<typeof tradesQuery>[1], message: RegExp): Promise<void> =>
    assert.rejects(source.find(tradesQuery(3, change)), refused(message));
  await refuse({ external: ['bid-depth'] }, /expected bookDepth of ETHUSDT for bid-depth, found none/);
  await refuse({ external: ['fear-greed'] }, /expected series that the archive has for perp, found fear-greed/);
  const long = { fromMs: Date.UTC(2024, 0, 1), toMs: FROM_MS + 3 * DAY_MS, series: 'bars' as const };
  for (const date of ['2024-01', '2024-02']) await putKlines(server, date);
  for (const day of ['01', '02', '03']) await putKlines(server, `2024-03-${day}`);
  await server.putCsv(
    `${UM}/monthly/fundingRate/ETHUSDT/ETHUSDT-fundingRate-2024-01.zip`,
    `calc_time,funding_interval_hours,last_funding_rate\n${Date.UTC(2024, 0, 1)},8,0.0001\n`,
  );
  await refuse(long, /expected funding rates of every month, found none of 2024-02-01 to 2024-02-29/);
});

test('COIN-M trades are found in their own folder and come in base currency, 10 dollars a contract', async (t) => {
  const { server, makeSource } = await startArchiveRig(t);
  const symbol = 'ETHUSD_PERP';
  const rows = `1,2000,8,0.04,${FROM_MS + 5},true\n2,2500,1,0.004,${FROM_MS + 6},false\n`;
  await server.putCsv(`data/futures/cm/daily/trades/${symbol}/${symbol}-trades-2024-03-01.zip`, `id,price,qty,base_qty,time,is_buyer_maker\n${rows}`);
  const source = makeSource();
  const query = tradesQuery(1, { market: 'coin', symbol });
  const [day] = await readDays(source, query, await source.find(query));
  assert.deepEqual(Array.from(float64Column(day!, 'quantity')), [0.04, 0.004]);
});
