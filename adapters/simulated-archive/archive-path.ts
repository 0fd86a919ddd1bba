/** Where Binance's public archive keeps a file. */
import type { MarketKind } from '../../pipeline/config.js';

export const ARCHIVE_KINDS = ['trades', 'aggTrades', 'klines', 'fundingRate', 'markPriceKlines'] as const;
export type ArchiveKind = (typeof ARCHIVE_KINDS)[number];

const FOLDERS: Readonly<Record<MarketKind, string>> = { spot: 'spot', perp: 'futures/um', coin: 'futures/cm' };

export interface ArchiveFile {
  readonly market: MarketKind;
  readonly kind: ArchiveKind;
  readonly symbol: string;
  /** As written in the name: 1m, 1h; of klines and mark prices only. */
  readonly interval: string;
  /** YYYY-MM-DD, or YYYY-MM for a file of a month. */
  readonly date: string;
}

/** Path of the zip below the archive's root, with slashes: data/futures/um/daily/trades/ETHUSDT/ETHUSDT-trades-2024-01-01.zip. */
export function archivePath({ market, kind, symbol, interval, date }: ArchiveFile): string {
  const isBars = kind === 'klines' || kind === 'markPriceKlines';
  const folder = `data/${FOLDERS[market]}/${date.length === 7 ? 'monthly' : 'daily'}/${kind}/${symbol}${isBars ? `/${interval}` : ''}`;
  return `${folder}/${symbol}-${isBars ? interval : kind}-${date}.zip`;
}
