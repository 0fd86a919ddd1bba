/** Real bars and trades of the data folder, read plainly: the tests that use them are not about reading. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import type { Bars } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { makeBars } from '../../core/data/make-bars.js';
import { makeTable } from '../../core/data/table.js';

/** Bars of `klines/<name>` (open_time, open, high, low, close, volume); other amounts are NaN. */
export function realBars(folder: string, name: string, periodMs: number): Bars {
  const rows = numbers(gunzipSync(readFileSync(join(folder, 'klines', name))).toString(), 1);
  const bars = makeBars(rows.length);
  for (const [t, [openTimeMs, open, high, low, close, volume]] of rows.entries()) {
    bars.openTimeMs[t] = openTimeMs!;
    bars.closeTimeMs[t] = openTimeMs! + periodMs;
    bars.open[t] = open!;
    bars.high[t] = high!;
    bars.low[t] = low!;
    bars.close[t] = close!;
    bars.volume[t] = volume!;
  }
  for (const name of ['quoteVolume', 'tradeCount', 'takerBuyVolume'] as const) bars[name].fill(Number.NaN);
  return bars;
}

/** Trades of `trades/<name>`, a zip with one CSV: id in column 0, price in 1, quantity in 2, time in `timeColumn`. */
export function realTrades(folder: string, name: string, timeColumn: number): Table {
  const rows = numbers(onlyEntry(readFileSync(join(folder, 'trades', name))), 0).filter(([id]) => Number.isFinite(id));
  return makeTable({
    timeMs: Float64Array.from(rows, (row) => row[timeColumn]!),
    id: Float64Array.from(rows, (row) => row[0]!),
    price: Float64Array.from(rows, (row) => row[1]!),
    quantity: Float64Array.from(rows, (row) => row[2]!),
  });
}

function numbers(text: string, from: number): readonly (readonly number[])[] {
  return text
    .trim()
    .split('\n')
    .slice(from)
    .map((line) => line.split(',').map(Number));
}

/** Content of the first entry of a zip (APPNOTE 4.3: the directory's offset stands in the last 22 bytes, as there is no comment). */
function onlyEntry(zip: Buffer): string {
  const directory = zip.readUInt32LE(zip.length - 6);
  const bytes = zip.readUInt32LE(directory + 20);
  const from = 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28);
  return inflateRawSync(zip.subarray(from, from + bytes)).toString();
}
