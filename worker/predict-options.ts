/** The command line of `ares predict`. */
import type { MarketKind } from '../pipeline/config.js';
import { MARKET_KINDS } from '../pipeline/config.js';
import { parseArgs } from 'node:util';

/** What to predict from what; times in UTC ms. */
export interface PredictOptions {
  readonly bundle: string;
  /** Folder of Binance-format files, one such file of bars, a Parquet file of schema ares.bars, or a folder of such. */
  readonly bars: string;
  /** Parquet file of schema ares.funding; null = none given. */
  readonly funding: string | null;
  /** The caller says that there is no funding to be had: its features are then missing values. */
  readonly noFunding: boolean;
  /** Null = as in the bundle. */
  readonly symbol: string | null;
  readonly market: MarketKind | null;
  /** Where the history begins; null = where the window of the bundle's run did. */
  readonly historyFromMs: number | null;
  /** Decisions from here on; null = from the first bar. */
  readonly fromMs: number | null;
  /** Decisions before; null = to the end of the bars. */
  readonly toMs: number | null;
  readonly out: string | null;
  readonly json: boolean;
}

export const PREDICT_USAGE = `Usage: ares predict --bundle FILE --bars FOLDER_OR_FILE [options]

Decisions of a hand-over bundle on raw 1m bars or trades, one row a possible entry. Nothing but the bundle and the bars is read.

  --bundle FILE        hand-over bundle of a run (step saving, artifact bundle)
  --bars PATH          folder of Binance-format files (searched recursively), one such file of 1m bars, or a Parquet file of schema ares.bars
                       or a folder of such Parquet files (a run's months of bars-fine)
  --funding FILE       Parquet file of schema ares.funding; in a folder, funding files of the symbol are found by name
  --no-funding         a perpetual without funding payments: funding features count as missing
  --symbol SYMBOL      default: the bundle's
  --market spot|perp|coin   default: the bundle's
  --history-from TIME  where the bars' history begins; default: where the window of the bundle's run did, so that features equal its own to the bit
  --from TIME          decisions whose signal is known at or after; default: the first bar
  --to TIME            decisions entered before; default: the end of the bars
  --out FILE           write the table to FILE: Parquet where it ends in .parquet, else JSON lines
  --json               JSON lines on stdout (with --out: one JSON object that sums up)
  --help               this text

Times are ISO 8601, UTC. Exit codes: 0 done, 1 failed, 2 wrong command line.`;

/** A command line that cannot be understood; the message names the option and the value found. */
export class WrongCommandLine extends Error {
  override readonly name = 'WrongCommandLine';
}

/** The options, or null where help is asked for. @throws WrongCommandLine */
export function parsePredictOptions(args: readonly string[]): PredictOptions | null {
  const values = readArguments(args);
  if (values.help === true) return null;
  const { bundle, bars, market } = values;
  if (bundle === undefined) throw new WrongCommandLine('expected --bundle FILE, found none');
  if (bars === undefined) throw new WrongCommandLine('expected --bars FOLDER_OR_FILE, found none');
  if (market !== undefined && !isMarketKind(market)) throw new WrongCommandLine(`--market: expected ${MARKET_KINDS.join(', ')}, found ${market}`);
  const fromMs = readTime('--from', values.from);
  const toMs = readTime('--to', values.to);
  if (fromMs !== null && toMs !== null && fromMs >= toMs) throw new WrongCommandLine(`--from: expected a time before --to ${values.to}, found ${values.from}`);
  if (values.funding !== undefined && values['no-funding'] === true) throw new WrongCommandLine('--no-funding: expected alone, found beside --funding');
  return {
    bundle,
    bars,
    fromMs,
    toMs,
    funding: values.funding ?? null,
    noFunding: values['no-funding'] ?? false,
    symbol: values.symbol ?? null,
    market: market ?? null,
    historyFromMs: readTime('--history-from', values['history-from']),
    out: values.out ?? null,
    json: values.json ?? false,
  };
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        bundle: text,
        bars: text,
        funding: text,
        'no-funding': flag,
        symbol: text,
        market: text,
        'history-from': text,
        from: text,
        to: text,
        out: text,
        json: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new WrongCommandLine(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** A date alone is midnight UTC; a time without an offset would be local and is refused. */
function readTime(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const hasZone = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const timeMs = Date.parse(text);
  if (!hasZone || Number.isNaN(timeMs))
    throw new WrongCommandLine(`${option}: expected an ISO 8601 time such as 2025-05-04 or 2025-05-04T15:30:00Z, found ${text}`);
  return timeMs;
}

function isMarketKind(text: string): text is MarketKind {
  return (MARKET_KINDS as readonly string[]).includes(text);
}
