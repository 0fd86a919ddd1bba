import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { readTradeDays } from '../../../adapters/market-files/read-trade-days.js';
import { float64Column } from '../../../core/data/table.js';
import { InvalidData } from '../../../core/errors.js';
import type { DayOfTrades, TradeDay } from '../../../pipeline/market-source.js';
import type { PlannedFile } from '../../../pipeline/plan.js';
import { testData } from '../../support/test-data.js';
import { makeMarketFolder, START_MS, TRADE_HEADER, tradeRow } from './market-folder.js';

const DAY_MS = 86_400_000;
const NAME = 'ETHUSDT-um-trades-2024-03-01.csv';
const days: readonly TradeDay[] = [0, 1, 2].map((d) => ({ day: `2024-03-0${d + 1}`, fromMs: START_MS + d * DAY_MS, toMs: START_MS + (d + 1) * DAY_MS }));

async function collect(files: readonly PlannedFile[], wanted: readonly TradeDay[] = days): Promise<DayOfTrades[]> {
  const found: DayOfTrades[] = [];
  for await (const day of readTradeDays(files, wanted)) found.push(day);
  return found;
}

test('trades come a day at a time, across files and formats, and a day without trades comes empty', async (t) => {
  const folder = await makeMarketFolder(t);
  const month = await folder.write('ETHUSDT-um-trades-2024-03.zip', [TRADE_HEADER, tradeRow(5, 0), tradeRow(6, 10), tradeRow(7, 2 * DAY_MS)].join('\n'));
  const spot = await folder.write('ETHUSDT-spot-trades-2024-03-03.csv', `8,2001.5,0.25,500,${(START_MS + 2 * DAY_MS + 5) * 1000},True,True\n`);
  const found = await collect([month, spot]);
  assert.deepEqual(
    found.map((d) => [d.day, d.table.rowCount]),
    [
      ['2024-03-01', 2],
      ['2024-03-02', 0],
      ['2024-03-03', 2],
    ],
  );
  const last = found[2]!.table.columns as Record<string, Float64Array>;
  assert.deepEqual(
    [last['id']![1], last['price']![1], last['quantity']![1], last['timeMs']![1], last['buyerIsMaker']![1]],
    [8, 2001.5, 0.25, START_MS + 2 * DAY_MS + 5, 1],
  );
  assert.deepEqual(
    found[1]!.findings.map((f) => [f.check, f.action]),
    [
      ['empty day', 'flagged'],
      ['trades', 'passed'],
    ],
  );
});

test('days read apart are the same as days read together', async (t) => {
  const folder = await makeMarketFolder(t);
  const file = await folder.write(
    'ETHUSDT-um-trades-2024-03.csv.gz',
    [TRADE_HEADER, ...Array.from({ length: 500 }, (_, i) => tradeRow(i + 1, i * 400_000))].join('\n'),
  );
  const together = await collect([file]);
  for (const [d, day] of days.entries()) assert.deepEqual((await collect([file], [day]))[0]!.table, together[d]!.table);
});

test('a file in the order of the archive and one with its columns in another order give the same table and findings, over lines that chunks cut', async (t) => {
  const folder = await makeMarketFolder(t);
  // Prices of one to twelve digits, ids that are missing and doubled, us among ms: rows of either reader, in 3 MiB of text.
  let id = 0;
  const rows = Array.from({ length: 60_000 }, (_, i) => {
    if (i % 9973 !== 5) id += i % 4999 === 7 ? 3 : 1;
    const price = (2000 + ((id * 7919) % 1009) / 7).toFixed(id % 9);
    const time = START_MS + Math.floor(id / 3) * 4000;
    return { id, price, quantity: ((id % 997) + 1) / 1000, time: id % 1000 === 0 ? `${time}999` : `${time}`, flag: id % 3 === 0 };
  });
  const text = ['id,price,qty,quote_qty,time,is_buyer_maker', ...rows.map((r) => `${r.id},${r.price},${r.quantity},1234567.12345678,${r.time},${r.flag}`)];
  const turned = ['is_buyer_maker,time,price,quote_qty,qty,id', ...rows.map((r) => `${r.flag},${r.time},${r.price},1234567.12345678,${r.quantity},${r.id}`)];
  const found = await collect([await folder.write(NAME, text.join('\n'))]);
  assert.ok(found.some((day) => day.findings.some(({ check }) => check === 'missing trade ids')));
  assert.ok(found.some((day) => day.findings.some(({ check }) => check === 'duplicate trade')));
  assert.equal(float64Column(found[0]!.table, 'id').length, new Set(rows.filter((r) => Number(r.time.slice(0, 13)) < days[0]!.toMs).map((r) => r.id)).size);
  assert.deepEqual(await collect([await folder.write(NAME, turned.join('\n'))]), found);
});

const refused: readonly [string, readonly string[], RegExp][] = [
  ['time going backwards', [tradeRow(1, 50), tradeRow(2, 49)], /2024-03-01\.csv:3: expected time to go forwards, found 1709251200049/],
  ['ids going backwards', [tradeRow(5, 1), tradeRow(4, 2)], /:3: expected trade ids to rise, found 4 after 5/],
  ['two different trades of one id', [tradeRow(5, 1), tradeRow(5, 1, 1999)], /:3: expected trade 5 as in the row before, found price 1999 instead of 2000/],
  ['a negative price', [tradeRow(5, 1, -2)], /:2: expected price above 0, found -2/],
  ['text for a price', [tradeRow(5, 1, '2e')], /:2: expected a number in column price, found "2e"/],
  [
    'a maker flag that is neither true nor false',
    [tradeRow(5, 1).replace(/(true|false)$/, 'yes')],
    /:2: expected a true or false in column is_buyer_maker, found "yes"/,
  ],
];
for (const [what, rows, message] of refused) {
  test(`${what} is refused with file and line`, async (t) => {
    const folder = await makeMarketFolder(t);
    const file = await folder.write(NAME, [TRADE_HEADER, ...rows].join('\n'));
    await assert.rejects(collect([file]), (error) => (error instanceof InvalidData && message.test(error.message)) || assert.fail(String(error)));
  });
}

test('time going backwards from one file to the next is refused', async (t) => {
  const folder = await makeMarketFolder(t);
  const first = await folder.write(NAME, [TRADE_HEADER, tradeRow(1, 50)].join('\n'));
  const second = await folder.write('ETHUSDT-um-trades-2024-03-02.csv', [TRADE_HEADER, tradeRow(2, 40)].join('\n'));
  await assert.rejects(collect([first, second]), /2024-03-02\.csv:2: expected time to go forwards/);
});

test('equal trades of one id are dropped and recorded, and missing ids are flagged', async (t) => {
  const folder = await makeMarketFolder(t);
  const file = await folder.write(NAME, [TRADE_HEADER, tradeRow(1, 1), tradeRow(1, 1), tradeRow(5, 7)].join('\n'));
  const [day] = await collect([file]);
  assert.deepEqual([...float64Column(day!.table, 'id')], [1, 5]);
  assert.deepEqual(
    day!.findings.map((f) => [f.check, f.action, f.count, f.line]),
    [
      ['duplicate trade', 'repaired', 1, 3],
      ['missing trade ids', 'flagged', 3, 0],
      ['trades', 'passed', 2, 0],
    ],
  );
});

test('a truncated zip, a damaged zip, a truncated gzip, an empty file and a zip of two files are refused by name', async (t) => {
  const folder = await makeMarketFolder(t);
  const text = [TRADE_HEADER, ...Array.from({ length: 2000 }, (_, i) => tradeRow(i + 1, i))].join('\n');
  const name = 'ETHUSDT-um-trades-2024-03-01.zip';
  const whole = await readFile((await folder.write(name, text)).path);
  for (const cut of [whole.length - 5, Math.floor(whole.length / 2), 10]) {
    await assert.rejects(
      collect([await folder.writeBytes(name, whole.subarray(0, cut))]),
      (error) => error instanceof InvalidData && /2024-03-01\.zip: expected a whole zip file/.test(error.message),
    );
  }
  // A flipped bit in the packed bytes: either they no longer unpack, or the checksum tells.
  const damaged = Buffer.from(whole);
  damaged[Math.floor(whole.length / 2)]! ^= 1;
  await assert.rejects(collect([await folder.writeBytes(name, damaged)]), InvalidData);
  const gz = await readFile((await folder.write(`${NAME}.gz`, text)).path);
  await assert.rejects(collect([await folder.writeBytes(`${NAME}.gz`, gz.subarray(0, gz.length - 20))]), /expected a whole gzip file/);
  await assert.rejects(collect([await folder.write(NAME, '')]), /found an empty file/);
});

test('a checksum that does not fit is refused although the zip unpacks', async (t) => {
  const folder = await makeMarketFolder(t);
  const name = 'ETHUSDT-um-trades-2024-03-01.zip';
  const bytes = Buffer.from(await readFile((await folder.write(name, [TRADE_HEADER, tradeRow(1, 1)].join('\n'))).path));
  const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  bytes.writeUInt32LE((bytes.readUInt32LE(central + 16) ^ 0xff) >>> 0, central + 16);
  await assert.rejects(collect([await folder.writeBytes(name, bytes)]), /expected checksum \d+ of .*csv, found \d+/);
});

test('the layouts that carry a side instead of the maker flag are refused with their columns', { skip: testData === null && 'no real data' }, async () => {
  for (const name of ['ETHUSDT-spot-trades-2025-03-25T230700_2025-03-25T231005.csv.gz', 'ETHUSDT-um-aggTrades-2023-02-02T092000.csv.gz']) {
    const file = await hashFile(join(testData!, 'trades', name));
    await assert.rejects(
      collect([file], [{ day: 'any', fromMs: 0, toMs: 2e12 }]),
      /:1: expected the columns of (trades|aggTrades), found unknown column (taker_side, time_exchange, time_received|side)/,
    );
  }
});

test('the real USD-M archive gives 13,655 trades with ids that rise by one, over midnight', { skip: testData === null && 'no real data' }, async () => {
  const file = await hashFile(join(testData!, 'trades', 'ETHUSDT-um-trades-2024-07-18T235702_2024-07-19T000502.zip'));
  const from = Date.UTC(2024, 6, 18);
  const found = await collect(
    [file],
    [0, 1].map((d) => ({ day: `${d}`, fromMs: from + d * DAY_MS, toMs: from + (d + 1) * DAY_MS })),
  );
  assert.equal(found[0]!.table.rowCount + found[1]!.table.rowCount, 13_655);
  assert.equal(found[0]!.table.rowCount, 1640);
  assert.ok(found.every((day) => day.findings.every((f) => f.action === 'passed')));
});
