/** Bars from kline files: every row validated, exact duplicates dropped, gaps left as gaps. */
import { basename } from 'node:path';
import { findBarFault } from '../../core/data/bar-faults.js';
import type { Bars } from '../../core/data/bars.js';
import { BAR_COLUMNS, barsToTable } from '../../core/data/bars.js';
import type { GrowingColumn } from '../../core/data/growing-column.js';
import { makeGrowingColumn } from '../../core/data/growing-column.js';
import type { Table } from '../../core/data/table.js';
import { takeRows } from '../../core/data/table.js';
import { InvalidData } from '../../core/errors.js';
import type { QualityFinding } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { checkHash } from './file-hash.js';
import { finding, isoTime } from './findings.js';
import { COIN_KLINES, KLINES } from './layouts.js';
import type { RowBatch } from './row-batches.js';
import { rowBatches } from './row-batches.js';
import { utcMs } from './utc-time.js';

interface BarWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
  /** Quote currency that a contract of COIN-M is worth, where the files count contracts. */
  readonly contractSize?: number;
}

/** Rows of all files as they stand, with their places. */
interface RawBars {
  readonly columns: Record<(typeof BAR_COLUMNS)[number], GrowingColumn>;
  readonly file: GrowingColumn;
  readonly line: GrowingColumn;
}

/**
 * The bars of the window from all files together, in time order. Refused: a row that breaks a rule of `findBarFault`, an
 * open time off the period's grid, a close time other than the interval's end, time going backwards within a file, two
 * different bars of one time. Repaired: equal bars of one time. Flagged: gaps and bars without volume.
 * @throws InvalidData with file and line. @throws PipelineError IntegrityError when a file has changed since the plan.
 */
export async function readBars(files: readonly PlannedFile[], window: BarWindow): Promise<{ table: Table; findings: QualityFinding[] }> {
  const raw: RawBars = {
    columns: Object.fromEntries(BAR_COLUMNS.map((name) => [name, makeGrowingColumn()])) as RawBars['columns'],
    file: makeGrowingColumn(),
    line: makeGrowingColumn(),
  };
  for (const [index, file] of files.entries()) {
    await checkHash(file);
    await readFile(file.path, { index, window }, raw);
  }
  const findings: QualityFinding[] = [];
  const rows = keptRows(raw, { files, window }, findings);
  const columns = Object.fromEntries(BAR_COLUMNS.map((name) => [name, raw.columns[name].toArray()])) as unknown as Omit<Bars, 'extras'>;
  const table = takeRows(barsToTable({ ...columns, extras: {} }), rows);
  findings.push(...describeGaps(table, window));
  findings.push(
    finding({
      action: 'passed',
      check: 'bars',
      count: rows.length,
      detail: `${rows.length} bars of ${window.periodMs} ms kept out of ${raw.line.length} rows of ${files.length} files; prices, amounts, times and order checked`,
    }),
  );
  return { table, findings };
}

async function readFile(path: string, source: { index: number; window: BarWindow }, raw: RawBars): Promise<void> {
  const name = basename(path);
  const { periodMs, contractSize } = source.window;
  let lastMs = Number.NEGATIVE_INFINITY;
  for await (const batch of rowBatches(path, contractSize === undefined ? KLINES : COIN_KLINES)) {
    for (let row = 0; row < batch.count; row++) {
      lastMs = addRow(batch, row, { name, index: source.index, lastMs, periodMs, quoteUnit: contractSize ?? 1, raw });
    }
  }
}

interface RowTarget {
  readonly name: string;
  readonly index: number;
  readonly lastMs: number;
  readonly periodMs: number;
  /** What one unit of the file's quote volume is worth in quote currency. */
  readonly quoteUnit: number;
  readonly raw: RawBars;
}

/** Checks and keeps a row of KLINES or COIN_KLINES; returns its open time. */
function addRow(batch: RowBatch, row: number, target: RowTarget): number {
  const { values, width } = batch;
  const at = row * width;
  const line = batch.firstLine + row;
  const openTimeMs = utcMs(values[at] as number, target.name, line);
  const bar = {
    open: values[at + 1] as number,
    high: values[at + 2] as number,
    low: values[at + 3] as number,
    close: values[at + 4] as number,
    volume: values[at + 5] as number,
    quoteVolume: (values[at + 7] as number) * target.quoteUnit,
    tradeCount: values[at + 8] as number,
    takerBuyVolume: values[at + 9] as number,
  };
  const closeTime = values[at + 6] as number;
  const closeMs = Number.isNaN(closeTime) ? null : utcMs(closeTime, target.name, line);
  const fault = findBarFault(bar) ?? timeFault({ openTimeMs, closeMs, lastMs: target.lastMs, periodMs: target.periodMs });
  if (fault !== null) throw new InvalidData(`${target.name}:${line}: ${fault}`);
  const { columns } = target.raw;
  columns.openTimeMs.push(openTimeMs);
  columns.closeTimeMs.push(openTimeMs + target.periodMs);
  columns.open.push(bar.open);
  columns.high.push(bar.high);
  columns.low.push(bar.low);
  columns.close.push(bar.close);
  columns.volume.push(bar.volume);
  columns.quoteVolume.push(bar.quoteVolume);
  columns.tradeCount.push(bar.tradeCount);
  columns.takerBuyVolume.push(bar.takerBuyVolume);
  target.raw.file.push(target.index);
  target.raw.line.push(line);
  return openTimeMs;
}

function timeFault(row: { openTimeMs: number; closeMs: number | null; lastMs: number; periodMs: number }): string | null {
  const { openTimeMs, closeMs, lastMs, periodMs } = row;
  if (openTimeMs % periodMs !== 0) return `expected open_time on the grid of ${periodMs} ms, found ${openTimeMs}`;
  if (closeMs !== null && closeMs !== openTimeMs + periodMs - 1) return `expected close_time ${openTimeMs + periodMs - 1}, found ${closeMs}`;
  return openTimeMs < lastMs ? `expected time to go forwards, found ${openTimeMs} (${isoTime(openTimeMs)}) after ${lastMs} (${isoTime(lastMs)})` : null;
}

/** Rows of the window in time order, one a time; equal duplicates dropped and recorded. */
function keptRows(raw: RawBars, source: { files: readonly PlannedFile[]; window: BarWindow }, findings: QualityFinding[]): Int32Array {
  const time = raw.columns.openTimeMs;
  const order = Int32Array.from({ length: time.length }, (_, row) => row);
  if (!isAscending(time)) order.sort((a, b) => time.at(a) - time.at(b) || a - b);
  const kept: number[] = [];
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    const before = i === 0 ? -1 : (order[i - 1] as number);
    const isRepeat = before >= 0 && time.at(before) === time.at(row);
    if (isRepeat) dropDuplicate(raw, { before, row, files: source.files }, findings);
    else if (time.at(row) >= source.window.fromMs && time.at(row) + source.window.periodMs <= source.window.toMs) kept.push(row);
  }
  return Int32Array.from(kept);
}

function isAscending(time: GrowingColumn): boolean {
  for (let row = 1; row < time.length; row++) if (time.at(row) < time.at(row - 1)) return false;
  return true;
}

function dropDuplicate(raw: RawBars, pair: { before: number; row: number; files: readonly PlannedFile[] }, findings: QualityFinding[]): void {
  const file = (row: number): string => basename((pair.files[raw.file.at(row)] as PlannedFile).path);
  const openTimeMs = raw.columns.openTimeMs.at(pair.row);
  for (const name of BAR_COLUMNS) {
    const [a, b] = [raw.columns[name].at(pair.before), raw.columns[name].at(pair.row)];
    if (!Object.is(a, b)) {
      throw new InvalidData(
        `${file(pair.row)}:${raw.line.at(pair.row)}: expected the same bar of ${isoTime(openTimeMs)} as in ${file(pair.before)}:${raw.line.at(pair.before)}, found ${name} ${b} instead of ${a}`,
      );
    }
  }
  findings.push(
    finding({
      action: 'repaired',
      check: 'duplicate bar',
      file: file(pair.row),
      line: raw.line.at(pair.row),
      timeMs: openTimeMs,
      detail: `equal to ${file(pair.before)}:${raw.line.at(pair.before)}, dropped`,
    }),
  );
}

function describeGaps(table: Table, window: BarWindow): QualityFinding[] {
  const findings: QualityFinding[] = [];
  const open = table.columns['openTimeMs'] as Float64Array;
  const volume = table.columns['volume'] as Float64Array;
  const gap = (fromMs: number, toMs: number): void => {
    const count = Math.floor((toMs - fromMs) / window.periodMs);
    if (count > 0)
      findings.push(
        finding({
          action: 'flagged',
          check: 'gap',
          count,
          timeMs: fromMs,
          detail: `${count} bars missing from ${isoTime(fromMs)} to ${isoTime(toMs)}, left out`,
        }),
      );
  };
  for (let i = 1; i < open.length; i++) gap((open[i - 1] as number) + window.periodMs, open[i] as number);
  if (open.length > 0) {
    gap(window.fromMs, open[0] as number);
    gap((open[open.length - 1] as number) + window.periodMs, window.toMs);
  }
  const idle = volume.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  if (idle > 0)
    findings.push(
      finding({
        action: 'flagged',
        check: 'zero volume',
        count: idle,
        timeMs: open[volume.indexOf(0)] as number,
        detail: `${idle} bars without volume, kept; the first at timeMs`,
      }),
    );
  return findings;
}
