/** Writes small market files into a temporary folder, for tests of what is refused and what is repaired. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import type { PlannedFile } from '../../../pipeline/plan.js';

export interface MarketFolder {
  readonly root: string;
  /** Writes text as .csv, .csv.gz or .zip by its name. */
  write(name: string, text: string): Promise<PlannedFile>;
  writeBytes(name: string, bytes: Uint8Array): Promise<PlannedFile>;
}

/** A folder that is removed when the test ends. */
export async function makeMarketFolder(context: TestContext): Promise<MarketFolder> {
  const root = await mkdtemp(join(tmpdir(), 'ares-market-files-'));
  context.after(() => rm(root, { recursive: true, force: true }));
  const writeBytes = async (name: string, bytes: Uint8Array): Promise<PlannedFile> => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), bytes);
    return hashFile(join(root, name));
  };
  const write = async (name: string, text: string): Promise<PlannedFile> => {
    if (name.endsWith('.gz')) return writeBytes(name, gzipSync(text));
    if (!name.endsWith('.zip')) return writeBytes(name, Buffer.from(text));
    await mkdir(dirname(join(root, name)), { recursive: true });
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from(text), `${basename(name, '.zip')}.csv`);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(join(root, name)));
    return hashFile(join(root, name));
  };
  return { root, write, writeBytes };
}

/** The start of the small series, 2024-03-01T00:00Z. */
export const START_MS = Date.UTC(2024, 2, 1);

/** Rows of 12 columns, one a minute, each given as [minute, price] with other values beside it. */
export function klineRow(
  minute: number,
  price: number,
  change: Partial<Record<'high' | 'low' | 'volume' | 'time' | 'closeTime', number | string>> = {},
): string {
  const time = START_MS + minute * 60_000;
  return [
    change.time ?? time,
    price,
    change.high ?? price + 1,
    change.low ?? price - 1,
    price,
    change.volume ?? 10,
    change.closeTime ?? time + 59_999,
    10 * price,
    4,
    6,
    6 * price,
    0,
  ].join(',');
}

/** A raw USD-M trade. */
export function tradeRow(id: number, offsetMs: number, price: number | string = 2000): string {
  return [id, price, 0.5, 1000, START_MS + offsetMs, id % 2 === 0].join(',');
}
export const TRADE_HEADER = 'id,price,qty,quote_qty,time,is_buyer_maker';
