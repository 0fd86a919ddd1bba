/** The command line of `ares bars`. */
import { parseArgs } from 'node:util';
import type { BarRule, BarUnit } from '../core/bars/bar-rule.js';
import { checkBarRule } from '../core/bars/bar-rule.js';
import type { Exchange, MarketKind, SourceKind } from '../pipeline/config.js';
import { EXCHANGES, MARKET_KINDS } from '../pipeline/config.js';

/** Which bars of which trades. */
export interface BarsOptions {
  readonly source: SourceKind;
  readonly exchange: Exchange;
  readonly market: MarketKind;
  readonly symbol: string;
  /** Folder of source files; null elsewhere. */
  readonly path: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Length of the window where from or to is open. */
  readonly days: number;
  /** Time bars of so many ms, or information bars by a rule. */
  readonly bars: { readonly periodMs: number } | { readonly rule: BarRule };
  /** Compare time bars with the klines of the same source. */
  readonly reconcile: boolean;
  readonly out: string | null;
}

export const BARS_USAGE = `Usage: ares bars --symbol SYMBOL (--every PERIOD | --rule RULE --size N) [options]

Bars of trades, with volume-weighted price, taker volume and flow columns; one day of trades in memory.

  --every PERIOD       time bars: 1s, 5s, 1m, 3m, 1h, 1d ... (UTC grid, empty intervals are left out)
  --rule RULE          tick, volume or dollar bars of --size; or imbalance or run bars: tick-imbalance, volume-imbalance,
                       dollar-imbalance, tick-run, volume-run, dollar-run, with --size expected trades a bar
  --size N             trades, base volume or quote volume of a bar; expected trades of imbalance and run bars
  --fixed              imbalance and run bars: keep the expected trades instead of following the last bars
  --source KIND        files (default), archive or rest
  --path FOLDER        files: folder of Binance-format files
  --exchange NAME      ${EXCHANGES.join(' | ')}, default BINANCE
  --market KIND        ${MARKET_KINDS.join(' | ')}, default perp
  --from TIME          first time, inclusive; default: --days before the end
  --to TIME            end, exclusive; default: where the trades end
  --days N             length of the window where from or to is open, default 1
  --reconcile          time bars: compare with the klines of the same source, and name the missing trade ids that explain differences
  --out FILE           write the bars to a Parquet file; else JSON lines
  --help               this text

Times are ISO 8601, UTC. Exit codes: 0 done, 1 failed, 2 wrong command line.`;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The options, or null where help is asked for. @throws RangeError naming the option and the value found */
export function parseBarsOptions(args: readonly string[]): BarsOptions | null {
  const values = readArguments(args);
  if (values.help === true) return null;
  if (values.symbol === undefined) throw new RangeError('expected --symbol SYMBOL, found none');
  const source = oneOf('--source', values.source ?? 'files', ['files', 'archive', 'rest'] as const);
  if ((source === 'files') !== (values.path !== undefined)) throw new RangeError(`--path: expected with source files only, found ${values.path ?? 'none'}`);
  const bars = readBars(values);
  if (values.reconcile === true && !('periodMs' in bars)) throw new RangeError('--reconcile: expected with --every, found --rule');
  return {
    source,
    exchange: oneOf('--exchange', values.exchange ?? 'BINANCE', EXCHANGES),
    market: oneOf('--market', values.market ?? 'perp', MARKET_KINDS),
    symbol: values.symbol,
    path: values.path ?? null,
    fromMs: readTime('--from', values.from),
    toMs: readTime('--to', values.to),
    days: positive('--days', values.days ?? '1'),
    bars,
    reconcile: values.reconcile ?? false,
    out: values.out ?? null,
  };
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const window = { from: text, to: text, days: text };
  const place = { source: text, path: text, exchange: text, market: text, symbol: text };
  try {
    return parseArgs({
      args: [...args],
      options: { ...window, ...place, every: text, rule: text, size: text, fixed: flag, reconcile: flag, out: text, help: flag },
    }).values;
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readBars(values: {
  readonly every?: string | undefined;
  readonly rule?: string | undefined;
  readonly size?: string | undefined;
  readonly fixed?: boolean | undefined;
}): BarsOptions['bars'] {
  if ((values.every === undefined) === (values.rule === undefined)) throw new RangeError('expected either --every PERIOD or --rule RULE');
  if (values.every !== undefined) {
    const [, count, unit] = /^(\d+)([smhd])$/.exec(values.every) ?? [];
    const periodMs = Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
    if (!(periodMs > 0)) throw new RangeError(`--every: expected a period such as 5s, 1m or 4h, found ${values.every}`);
    return { periodMs };
  }
  const [, unit, kind] = /^(tick|volume|dollar)(?:-(imbalance|run))?$/.exec(values.rule ?? '') ?? [];
  if (unit === undefined) throw new RangeError(`--rule: expected tick, volume or dollar, alone or with -imbalance or -run, found ${values.rule}`);
  const size = positive('--size', values.size);
  const rule: BarRule =
    kind === undefined
      ? { kind: 'standard', unit: unit as BarUnit, threshold: size }
      : {
          kind: kind as 'imbalance' | 'run',
          unit: unit as BarUnit,
          side: 'taker',
          expectedTrades: size,
          window: 10_000,
          adapts: values.fixed !== true,
          barWindow: 100,
          bounds: [size / 10, size * 10],
        };
  checkBarRule(rule);
  return { rule };
}

function positive(option: string, text: string | undefined): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(`${option}: expected a number above 0, found ${text ?? 'none'}`);
  return value;
}

function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((value) => value === text);
  if (found === undefined) throw new RangeError(`${option}: expected ${known.join(', ')}, found ${text}`);
  return found;
}

/** A date alone is midnight UTC; a time without an offset would be local and is refused. */
function readTime(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const isExact = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const timeMs = Date.parse(text);
  if (!isExact || Number.isNaN(timeMs)) throw new RangeError(`${option}: expected a date or a time with its zone, such as 2024-01-01T00:00Z, found ${text}`);
  return timeMs;
}
