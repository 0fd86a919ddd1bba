/** What the name of a recording's part says. */
import { basename } from 'node:path';
import type { MarketKind } from '../../pipeline/config.js';
import type { Span } from '../../pipeline/plan.js';

const DAY_MS = 86_400_000;
const NAME = /^([A-Z0-9]{2,20}(?:_PERP)?)-(perp|um|spot|cm|coin)-(\d{4})(\d{2})(\d{2})\.txt(?:\.gz)?$/;
const MARKETS: Readonly<Record<string, MarketKind>> = { perp: 'perp', um: 'perp', spot: 'spot', cm: 'coin', coin: 'coin' };

export interface RecordingName {
  readonly path: string;
  readonly symbol: string;
  readonly market: MarketKind;
  /** The UTC day that the part lies in. */
  readonly span: Span;
}

/** Symbol, market and day of `SYMBOL-MARKET-YYYYMMDD.txt` or `.txt.gz`, MARKET as in ETHUSDT-um-20240718; null for other names. */
export function parseRecordingName(path: string): RecordingName | null {
  const match = NAME.exec(basename(path));
  if (match === null) return null;
  const [, symbol, market, year, month, day] = match as unknown as [string, string, string, string, string, string];
  const fromMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return { path, symbol, market: MARKETS[market] as MarketKind, span: { fromMs, toMs: fromMs + DAY_MS } };
}
