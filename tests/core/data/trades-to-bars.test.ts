import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readTradeDays } from '../../../adapters/market-files/read-trade-days.js';
import { barCount } from '../../../core/data/bars.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import type { Table } from '../../../core/data/table.js';
import { makeTable } from '../../../core/data/table.js';
import { tradesToBars } from '../../../core/data/trades-to-bars.js';
import { InvalidData } from '../../../core/errors.js';
import { testData } from '../../support/test-data.js';

/** Trades [timeMs, price, quantity, buyerIsMaker]. */
function trades(rows: readonly (readonly [number, number, number, number])[]): Table {
  return makeTable({
    timeMs: Float64Array.from(rows, (row) => row[0]),
    id: Float64Array.from(rows.keys()),
    price: Float64Array.from(rows, (row) => row[1]),
    quantity: Float64Array.from(rows, (row) => row[2]),
    buyerIsMaker: Uint8Array.from(rows, (row) => row[3]),
  });
}

test('intervals are half-open and empty ones are left out, worked by hand', () => {
  const bars = tradesToBars(
    trades([
      [0, 10, 1, 0],
      [59_999, 12, 2, 1],
      [60_000, 9, 4, 0],
      [240_000, 8, 1, 1],
    ]),
    60_000,
  );
  assert.deepEqual([...bars.openTimeMs], [0, 60_000, 240_000]);
  assert.deepEqual(
    [bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0], bars.quoteVolume[0], bars.tradeCount[0], bars.takerBuyVolume[0]],
    [10, 12, 10, 12, 3, 34, 2, 1],
  );
  assert.deepEqual([...bars.takerBuyVolume], [1, 4, 0]);
});

test('time going backwards is refused', () => {
  assert.throws(
    () =>
      tradesToBars(
        trades([
          [5, 1, 1, 0],
          [4, 1, 1, 0],
        ]),
        60_000,
      ),
    InvalidData,
  );
});

test('bars of one minute resampled to five equal bars of five minutes straight from the trades', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, 1)), {
        maxLength: 200,
      }),
      (rows) => {
        const sorted = trades([...rows].sort((a, b) => a[0] - b[0]));
        assert.deepEqual(resampleBars(tradesToBars(sorted, 60_000), 300_000, 1e9), tradesToBars(sorted, 300_000));
      },
    ),
    { numRuns: 100 },
  );
});

for (const [label, periodMs, count] of [
  ['1m', 60_000, 2469],
  ['5m', 300_000, 706],
] as const) {
  test(`XRPETH trades give the ${count} ${label} bars that freqtrade has of them`, { skip: testData === null && 'no real data' }, async () => {
    const dayMs = Date.UTC(2019, 9, 11);
    const path = join(testData!, 'trades', 'XRPETH-spot-aggTrades-2019-10-11T000011_2019-10-13T111928.zip');
    const sha256 = '534ce416902100d6c517021a8953f33772a574d358d31aa4c4090eeb39daac0f';
    const oracle = gunzipSync(readFileSync(join(testData!, 'oracle', `XRPETH-${label}-from-trades.csv.gz`)))
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number));
    let row = 0;
    for await (const { table } of readTradeDays(
      [{ path, sha256, bytes: 0 }],
      [0, 1, 2].map((d) => ({ day: `day ${d}`, fromMs: dayMs + d * 86_400_000, toMs: dayMs + (d + 1) * 86_400_000 })),
    )) {
      const bars = tradesToBars(table, periodMs);
      for (let i = 0; i < barCount(bars); i++) {
        const expected = oracle[row++]!;
        assert.deepEqual([bars.openTimeMs[i], bars.open[i], bars.high[i], bars.low[i], bars.close[i]], expected.slice(0, 5));
        // The volumes of the trades are whole XRP, so their sum has one value in any order.
        assert.equal(bars.volume[i], expected[5]);
      }
    }
    assert.equal(row, count);
  });
}
