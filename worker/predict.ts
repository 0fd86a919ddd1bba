/** `ares predict`: a fresh process that has nothing but a hand-over bundle and raw bars, and writes the decisions. */
import { readFile, writeFile } from 'node:fs/promises';
import { bundleSource, loadChain } from '../activities/load-chain.js';
import { makeBundleArchive } from '../adapters/bundle-archive/index.js';
import { makeGradientBoosting } from '../adapters/gradient-boosting/index.js';
import { sha256Hex } from '../adapters/object-store/index.js';
import { writeParquet } from '../adapters/tables/index.js';
import { openTensorBackend } from '../adapters/tensor-backend/index.js';
import { makeXgboost } from '../adapters/xgboost/index.js';
import { applyChain } from '../core/chain/apply-chain.js';
import { decisionTable } from '../core/chain/decision-table.js';
import { barCount } from '../core/data/bars.js';
import type { ExternalName } from '../core/data/external-series.js';
import type { SourceDescription } from '../core/data/source-description.js';
import type { Column, Table } from '../core/data/table.js';
import type { PredictOptions } from './predict-options.js';
import { parsePredictOptions, PREDICT_USAGE, WrongCommandLine } from './predict-options.js';
import { tradingRules } from '../pipeline/config.js';
import { readRawMarket } from './raw-market.js';

const FAILED = 1;
const WRONG_COMMAND_LINE = 2;

try {
  const options = parsePredictOptions(process.argv.slice(2));
  if (options === null) console.log(PREDICT_USAGE);
  else await predict(options);
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  console.error(`ares predict: ${name}: ${message}`);
  process.exitCode = error instanceof WrongCommandLine ? WRONG_COMMAND_LINE : FAILED;
}

async function predict(options: PredictOptions): Promise<void> {
  const source = bundleSource(await makeBundleArchive().unpack(await readFile(options.bundle)));
  const description = await source.json<SourceDescription>('data-collection', 'source');
  const chain = await loadChain(source, {
    gradientBoosting: makeGradientBoosting(),
    xgboost: makeXgboost(),
    tensorBackend: async () => openTensorBackend({ device: 'cpu' }),
    sha256: sha256Hex,
  });
  const market = options.market ?? description.market;
  if (tradingRules(market) !== chain.rules.market) throw new WrongCommandLine(`--market: the bundle was trained on ${chain.rules.market}, found ${market}`);
  const historyFromMs = options.historyFromMs ?? description.fromMs;
  const data = await readRawMarket({
    path: options.bars,
    fundingPath: options.funding,
    symbol: options.symbol ?? description.symbol,
    market,
    external: description.external.map(({ name }) => name as ExternalName),
    pairs: description.pairs.map((pair) => pair.symbol),
    quotes: description.quotes !== null,
    historyFromMs,
    toMs: options.toMs,
  });
  if (market !== 'spot' && data.funding === null && !options.noFunding) {
    throw new WrongCommandLine('--funding: a perpetual needs funding payments, found none; --no-funding predicts without them');
  }
  const bars = data.fineBars;
  const firstMs = bars.openTimeMs[0] ?? Number.NaN;
  if (firstMs > historyFromMs) {
    console.error(
      `ares predict: bars begin at ${iso(firstMs)}, the history at ${iso(historyFromMs)}: recursive features may differ from the run's in the last digits`,
    );
  }
  const span = { fromMs: options.fromMs ?? firstMs, toMs: options.toMs ?? (bars.closeTimeMs[barCount(bars) - 1] ?? Number.NaN) + 1 };
  const table = decisionTable(applyChain(chain, data, span));
  chain.dispose();
  await writeResult(table, options, {
    symbol: options.symbol ?? description.symbol,
    market,
    synthetic: description.synthetic,
    bars: barCount(bars),
    from: iso(span.fromMs),
    to: iso(span.toMs),
  });
}

async function writeResult(table: Table, options: PredictOptions, summary: Readonly<Record<string, unknown>>): Promise<void> {
  if (options.out === null) {
    process.stdout.write(options.json ? jsonLines(table) : textLines(table));
    return;
  }
  if (options.out.endsWith('.parquet')) await writeParquet(table, options.out);
  else await writeFile(options.out, jsonLines(table));
  const done = { ...summary, rows: table.rowCount, out: options.out };
  console.log(
    options.json
      ? JSON.stringify(done)
      : Object.entries(done)
          .map(([name, value]) => `${name} ${String(value)}`)
          .join('\n'),
  );
}

/** One JSON object a row, numbers as they are: reading them back gives the same bits. */
function jsonLines(table: Table): string {
  return lines(table, (row, columns) => JSON.stringify(Object.fromEntries(columns.map(([name, column]) => [name, column[row]]))));
}

/** Tab-separated, times in ISO 8601, probabilities to four digits. */
function textLines(table: Table): string {
  const header = `${Object.keys(table.columns)
    .map((name) => name.replace(/Ms$/, ''))
    .join('\t')}\n`;
  const show = (name: string, value: number): string => {
    if (name.endsWith('Ms')) return iso(value);
    return Number.isInteger(value) ? String(value) : value.toPrecision(4);
  };
  return header + lines(table, (row, columns) => columns.map(([name, column]) => show(name, column[row] as number)).join('\t'));
}

function lines(table: Table, write: (row: number, columns: readonly (readonly [string, Column])[]) => string): string {
  const columns = Object.entries(table.columns);
  return Array.from({ length: table.rowCount }, (_, row) => `${write(row, columns)}\n`).join('');
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
