import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseBoolean, parseNumber } from '../../../adapters/market-files/parse-field.js';
import { parseFileName } from '../../../adapters/market-files/file-name.js';
import { utcMs } from '../../../adapters/market-files/utc-time.js';

const parse = (text: string): number => parseNumber(Buffer.from(text), 0, Buffer.byteLength(text));

test('numbers are read to the same bits as by the language itself', () => {
  for (const text of [
    '0',
    '-0',
    '1',
    '0.1',
    '2256.59895238',
    '8819.15000000',
    '28469174.56917264',
    '148205200.10773722',
    '2.685e-05',
    '-2.474e-05',
    '.5',
    '5.',
    '0.00141342',
    '9007199254740993',
    '1e309',
    '00012.50',
  ]) {
    assert.ok(Object.is(parse(text), Number(text)), text);
  }
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => Object.is(parse(String(value)), Number(String(value)))),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 12 }), (whole, decimals) => {
      const text = (whole / 997).toFixed(decimals);
      assert.ok(Object.is(parse(text), Number(text)), text);
    }),
    { numRuns: 1000 },
  );
});

test('anything that is no decimal number is NaN', () => {
  for (const text of ['', '-', '.', '-.', 'abc', '1,5', '1.2.3', '0x10', 'Infinity', 'NaN', ' 1', '1 ', '1e', '--1', '1_000'])
    assert.ok(Number.isNaN(parse(text)), text);
});

test("true and false in the archive's spellings", () => {
  const flag = (text: string): number => parseBoolean(Buffer.from(text), 0, text.length);
  assert.deepEqual(['true', 'True', 'TRUE', 'false', 'False', 'FALSE', 'yes', ''].map(flag), [1, 1, 1, 0, 0, 0, Number.NaN, Number.NaN]);
});

test('times are told apart by magnitude: ms, us, and everything else is refused', () => {
  assert.equal(utcMs(1_709_251_200_000, 'f.csv', 3), 1_709_251_200_000);
  assert.equal(utcMs(1_709_251_200_000_999, 'f.csv', 3), 1_709_251_200_000);
  for (const value of [1_709_251_200, 1.7e18, 1_709_251_200_000.5, Number.NaN, -1])
    assert.throws(() => utcMs(value, 'f.csv', 3), /f\.csv:3: expected a time in whole ms or us/);
});

test('file names say symbol, market, kind, interval and dates', () => {
  const day = Date.UTC(2024, 0, 2);
  const name = (path: string) => {
    const found = parseFileName('/r', path);
    return found && [found.symbol, found.market, found.kind, found.periodMs, found.span?.fromMs, found.span?.toMs, found.span?.isWhole];
  };
  assert.deepEqual(name('a/ETHUSDT-perp-1m-2024-01-02_2024-01-03.csv.gz'), ['ETHUSDT', 'perp', 'klines', 60_000, day, day + 2 * 86_400_000, false]);
  assert.deepEqual(name('data/futures/um/daily/klines/ETHUSDT/1m/ETHUSDT-1m-2024-01-02.zip'), [
    'ETHUSDT',
    'perp',
    'klines',
    60_000,
    day,
    day + 86_400_000,
    true,
  ]);
  assert.deepEqual(name('data/spot/monthly/trades/BTCUSDT/BTCUSDT-trades-2024-01.zip'), [
    'BTCUSDT',
    'spot',
    'trades',
    0,
    Date.UTC(2024, 0, 1),
    Date.UTC(2024, 1, 1),
    true,
  ]);
  assert.deepEqual(name('ETHUSDT-um-trades-2024-01-02T235702_2024-01-03T000502.zip'), [
    'ETHUSDT',
    'perp',
    'trades',
    0,
    day + 86_222_000,
    day + 86_400_000 + 303_000,
    false,
  ]);
  assert.deepEqual(name('ETHUSDT-1h-2024-01-02.csv')?.slice(0, 4), ['ETHUSDT', null, 'klines', 3_600_000]);
  for (const other of [
    'README.md',
    'ETHUSDT-spot-14intervals-2018.csv.gz',
    'ETHUSDT-1m.csv',
    'ethusdt-spot-1m-2024-01-02.csv',
    'ETHUSDT-spot-1m-2024-01-02.parquet',
  ])
    assert.equal(name(other), null);
});
