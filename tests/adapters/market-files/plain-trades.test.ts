import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Layout } from '../../../adapters/market-files/layouts.js';
import { AGGREGATE_TRADES, detectLayout, TRADES } from '../../../adapters/market-files/layouts.js';
import { areDigits, cellEnd, digitsValue, readDecimal } from '../../../adapters/market-files/plain-number.js';
import type { TradePlace } from '../../../adapters/market-files/plain-trades.js';
import { readPlainTrades, tradeShape } from '../../../adapters/market-files/plain-trades.js';
import type { TradeRoom } from '../../../adapters/market-files/trade-room.js';
import { emptyRoom } from '../../../adapters/market-files/trade-room.js';

const PADDING = ' '.repeat(300);
const DAY = { day: '2024-03-01', fromMs: Date.UTC(2024, 2, 1), toMs: Date.UTC(2024, 2, 2) };
const T = DAY.fromMs;
const USDM = detectLayout(TRADES, 'id,price,qty,quote_qty,time,is_buyer_maker', 'f.csv');

const viewOf = (text: string): DataView => new DataView(Uint8Array.from(Buffer.from(text + PADDING)).buffer);
const wordOf = (text: string): number => Buffer.from(text).readInt32LE(0);

function decimal(text: string): number {
  const out = new Float64Array(1);
  const end = readDecimal(viewOf(`${text},`), 0, out, 0);
  return end === text.length ? out[0]! : Number.NaN;
}

interface Read {
  readonly rows: readonly (readonly number[])[];
  /** The text that was left. */
  readonly rest: string;
}

function read(text: string, { layout = USDM, place = { lastId: 0, lastMs: -Infinity }, room = emptyRoom(100) }: Partial<Options> = {}): Read {
  const block = { text: Buffer.from(text + PADDING), start: 0, end: Buffer.byteLength(text) };
  const shape = tradeShape(layout);
  assert.notEqual(shape, null);
  const { at, count } = readPlainTrades(block, 0, { shape: shape!, room, place, day: DAY });
  const rows = Array.from({ length: count }, (_, i) => [room.id[i]!, room.price[i]!, room.quantity[i]!, room.timeMs[i]!, room.buyerIsMaker[i]!]);
  return { rows, rest: text.slice(at) };
}

interface Options {
  readonly layout: Layout;
  readonly place: TradePlace;
  readonly room: TradeRoom;
}

test('four digits are told from anything else, and their value is that of the text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9999 }), (value) => {
      const word = wordOf(String(value).padStart(4, '0'));
      assert.equal(areDigits(word), true);
      assert.equal(digitsValue(word), value);
    }),
    { numRuns: 500 },
  );
  for (let byte = 0; byte < 256; byte++) {
    for (let at = 0; at < 4; at++) {
      const bytes = Buffer.from('0909');
      bytes[at] = byte;
      assert.equal(areDigits(bytes.readInt32LE(0)), byte >= 48 && byte <= 57, `byte ${byte} at ${at}`);
    }
  }
});

test('plain decimals are read to the same bits as by the language itself, and nothing else is', () => {
  for (const text of ['0', '1', '0.1', '.5', '5.', '2256.59895238', '8819.15000000', '0.00141342', '123456789012345', '1234567.12345678', '00012.50'])
    assert.ok(Object.is(decimal(text), Number(text)), text);
  for (const text of ['', '.', '1.2.3', '-1', '+1', '1e3', '1234567890123456', '0.1234567890123456', 'abc', ' 1']) assert.ok(Number.isNaN(decimal(text)), text);
  fc.assert(
    fc.property(fc.nat({ max: 1e9 }), fc.integer({ min: 0, max: 8 }), (whole, decimals) => {
      const text = (whole / 997).toFixed(decimals);
      assert.ok(Object.is(decimal(text), Number(text)), text);
    }),
    { numRuns: 2000 },
  );
});

test('the end of a cell is its first byte up to the comma', () => {
  for (let length = 0; length < 24; length++) {
    for (const end of [',', '\n', '\r', ' ', '"', '+']) assert.equal(cellEnd(viewOf('7.'.repeat(20).slice(0, length) + end), 0), length);
  }
  assert.equal(cellEnd(viewOf('é,'), 0), 2, 'bytes of other letters are no end');
  assert.equal(cellEnd(viewOf('1'.repeat(40)), 0), -1);
});

test('rows of every layout of the archive are read, with ms and us, all spellings of the flag and both line ends', () => {
  const spot = detectLayout(TRADES, `1,2,3,4,${T},True,True`, 'f.csv');
  const aggregate = detectLayout(AGGREGATE_TRADES, `1,2,3,4,5,${T},true,true`, 'f.csv');
  assert.deepEqual(read(`1,2000.5,0.25,500.125,${T},true\n2,2001,3,6003,${T + 7},FALSE\n`).rows, [
    [1, 2000.5, 0.25, T, 1],
    [2, 2001, 3, T + 7, 0],
  ]);
  assert.deepEqual(read(`1,0.00141342,23.00000000,0.03,${T + 1}999,True,True\r\n2,1,1,1,${T + 2}000,False,False\r\n`, { layout: spot }).rows, [
    [1, 0.00141342, 23, T + 1, 1],
    [2, 1, 1, T + 2, 0],
  ]);
  assert.deepEqual(read(`1,0.5,2,15373518,15373520,${T},true,true\n`, { layout: aggregate }).rows, [[1, 0.5, 2, T, 1]]);
});

test('fields in another order are left to the reader of any layout', () => {
  assert.equal(tradeShape(detectLayout(TRADES, 'price,id,qty,quote_qty,time,is_buyer_maker', 'f.csv')), null);
  assert.equal(tradeShape(detectLayout(TRADES, 'id,price,qty,is_buyer_maker,time', 'f.csv')), null);
  assert.deepEqual(tradeShape(USDM), { before: 1, after: 0 });
});

test('reading ends before the first row that is not plain, and what was read before it stays', () => {
  const plain = `1,2000,1,2000,${T + 5},true\n`;
  const others = [
    `3,2000,1,2000,${T + 5},true`,
    `1,2000,1,2000,${T + 5},true`,
    `2,2000,1,2000,${T + 4},true`,
    `2,-2000,1,2000,${T + 5},true`,
    `2,0,1,2000,${T + 5},true`,
    `2,2000,0.000,2000,${T + 5},true`,
    `2,2e3,1,2000,${T + 5},true`,
    `2,2000,1,2000,${T + 5},yes`,
    `2,2000,1,2000,${T + 5},fals,`,
    `2,2000,1,2000,${T + 5},true,true`,
    `2,2000,1,${T + 5},true`,
    `2,2000,1,2000 ${T + 5},true`,
    `2,2000,1,2000\n${T + 5},true`,
    `2,2000,1,"2000",${T + 5},true`,
    `2,2000,1,2000,${T + 5}0,true`,
    `2,2000,1,2000,${T + 5}00x,true`,
    `2,2000,1,2000,${T + 5}.5,true`,
    `2,2000,1,2000,${DAY.toMs},true`,
    `2,2000,1,2000,0000000000123,true`,
    `2,2000,1,,${T + 5},truex`,
    `2`,
    ``,
  ];
  for (const other of others) assert.deepEqual(read(`${plain}${other}\n`), { rows: [[1, 2000, 1, T + 5, 1]], rest: `${other}\n` }, other);
});

test('a full room ends the reading between two rows', () => {
  const rows = [1, 2, 3].map((id) => `${id},2000,1,2000,${T},true\n`);
  assert.deepEqual(read(rows.join(''), { room: emptyRoom(2) }), {
    rows: [
      [1, 2000, 1, T, 1],
      [2, 2000, 1, T, 1],
    ],
    rest: rows[2],
  });
});
