/** Trades for tests of bars. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Table } from '../../../core/data/table.js';
import { makeTable } from '../../../core/data/table.js';

/** Trades [timeMs, price, quantity, buyerIsMaker] as schema ares.trades; ids rise from 0. */
export function tradesOf(rows: readonly (readonly [number, number, number, number])[]): Table {
  return makeTable({
    timeMs: Float64Array.from(rows, (row) => row[0]),
    id: Float64Array.from(rows.keys()),
    price: Float64Array.from(rows, (row) => row[1]),
    quantity: Float64Array.from(rows, (row) => row[2]),
    buyerIsMaker: Uint8Array.from(rows, (row) => row[3]),
  });
}

/** Cells of a gzipped CSV file below its header. */
export function gzipRows(folder: string, name: string): string[][] {
  const text = gunzipSync(readFileSync(join(folder, name))).toString();
  return text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
}

/** The 500,000 real index-future trades of the oracle; they carry no side, so the tick rule gives it: a buy is a rise, or a repeat after a rise. */
export function oracleTicks(data: string): Table {
  let before = Number.NaN;
  let isBuy = false;
  return tradesOf(
    gzipRows(join(data, 'oracle'), 'es-ticks-2013-09-01_2013-09-03.csv.gz').map(([time, price, volume]) => {
      const p = Number(price);
      if (p !== before && !Number.isNaN(before)) isBuy = p > before;
      before = p;
      return [Date.parse(`${time!.replace(' ', 'T')}Z`), p, Number(volume), isBuy ? 0 : 1] as const;
    }),
  );
}
