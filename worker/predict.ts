/** `ares predict`: a fresh process that has nothing but a hand-over bundle and raw bars, and writes the decisions. */
import { writeFile } from 'node:fs/promises';
import { writeParquet } from '../adapters/tables/index.js';
import { applyChain } from '../core/chain/apply-chain.js';
import { decisionTable } from '../core/chain/decision-table.js';
import { barCount } from '../core/data/bars.js';
import type { Column, Table } from '../core/data/table.js';
import { loadBundleChain, readBundle, readBundleMarket } from './open-bundle.js';
import type { PredictOptions } from './predict-options.js';
import { parsePredictOptions, PREDICT_USAGE, WrongCommandLine } from './predict-options.js';

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
  const files = await readBundle(options.bundle);
  const chain = await loadBundleChain(files);
  const { symbol, market, synthetic, data, span, notice } = await readBundleMarket(files, chain, options);
  if (notice !== null) console.error(`ares predict: ${notice}`);
  const table = decisionTable(applyChain(chain, data, span));
  chain.dispose();
  await writeResult(table, options, { symbol, market, synthetic, bars: barCount(data.fineBars), from: iso(span.fromMs), to: iso(span.toMs) });
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
