/** Simulated trades as daily zips in the layout of Binance's USD-M archive, for benches of what reads them. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { Table } from '../core/data/table.js';
import { float64Column } from '../core/data/table.js';
import type { MarketSkeleton } from '../core/simulation/market.js';
import { makeMarketSkeleton } from '../core/simulation/market.js';
import { simulateDayTrades } from '../core/simulation/market-trades.js';
import { MARKET_SHAPE } from '../core/simulation/market-parameters.js';

export const DAY_MS = 86_400_000;
export const SYMBOL = 'ETHUSDT';
const FROM_MS = Date.UTC(2024, 0, 1);

/** A simulated market of `trades` trades over `hours` hours from 2024-01-01. */
export function benchMarket(trades: number, hours: number): MarketSkeleton {
  return makeMarketSkeleton({
    ...MARKET_SHAPE,
    totalTrades: trades,
    tradesPerMinute: trades / (hours * 60),
    signalStrength: 0.05,
    startPrice: 2000,
    annualVolatility: 0.6,
    seed: 7,
    symbol: SYMBOL,
    fromMs: FROM_MS,
    toMs: FROM_MS + hours * 3_600_000,
    blockMs: 3_600_000,
  });
}

/** Starts of the market's days. */
export function marketDays(market: MarketSkeleton): readonly number[] {
  const { fromMs, toMs } = market.parameters;
  return Array.from({ length: Math.ceil((toMs - fromMs) / DAY_MS) }, (_, d) => fromMs + d * DAY_MS);
}

/** Writes the trades of a day as `folder`/SYMBOL-um-trades-YYYY-MM-DD.zip; returns the path and the bytes of its text. */
export async function writeTradeZip(market: MarketSkeleton, dayMs: number, folder: string): Promise<{ readonly path: string; readonly textBytes: number }> {
  const name = `${SYMBOL}-um-trades-${new Date(dayMs).toISOString().slice(0, 10)}`;
  const text = archiveText(simulateDayTrades(market, dayMs));
  const zip = new ZipFile();
  zip.addBuffer(text, `${name}.csv`);
  zip.end();
  const path = join(folder, `${name}.zip`);
  await pipeline(zip.outputStream, createWriteStream(path));
  return { path, textBytes: text.length };
}

function archiveText(trades: Table): Buffer {
  const [id, price, quantity, timeMs] = ['id', 'price', 'quantity', 'timeMs'].map((name) => float64Column(trades, name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const buyerIsMaker = trades.columns['buyerIsMaker'] as Uint8Array;
  const parts: Buffer[] = [Buffer.from('id,price,qty,quote_qty,time,is_buyer_maker\n')];
  let lines: string[] = [];
  for (let i = 0; i < trades.rowCount; i++) {
    const quote = (price[i]! * quantity[i]!).toFixed(5);
    lines.push(`${id[i]},${price[i]!.toFixed(2)},${quantity[i]!.toFixed(3)},${quote},${timeMs[i]},${buyerIsMaker[i] === 1}\n`);
    if (lines.length === 65_536 || i === trades.rowCount - 1) {
      parts.push(Buffer.from(lines.join('')));
      lines = [];
    }
  }
  return Buffer.concat(parts);
}
