/** The time that a file's rows span, read from the rows themselves. */
import { basename } from 'node:path';
import { InvalidData } from '../../core/errors.js';
import type { NamedFile } from './file-name.js';
import { AGGREGATE_TRADES, KLINES, TRADES } from './layouts.js';
import { rowBatches } from './row-batches.js';
import { utcMs } from './utc-time.js';

export interface MeasuredFile {
  readonly file: NamedFile;
  /** First row's time, inclusive. */
  readonly fromMs: number;
  /** Exclusive: the last bar's close, the last trade's time + 1. */
  readonly toMs: number;
}

/**
 * The file with its span. A whole day or month of trades from the archive is taken at its name's word; any other file
 * is read through.
 * @throws InvalidData when a row cannot be read, or there is none.
 */
export async function measureSpan(file: NamedFile): Promise<MeasuredFile> {
  if (file.kind !== 'klines' && file.span?.isWhole === true) return { file, fromMs: file.span.fromMs, toMs: file.span.toMs };
  const kind = file.kind === 'klines' ? KLINES : file.kind === 'trades' ? TRADES : AGGREGATE_TRADES;
  const name = basename(file.path);
  const column = kind.fields.findIndex((field) => field.name === 'time' || field.name === 'open_time');
  let fromMs = Number.NaN;
  let lastMs = Number.NaN;
  for await (const batch of rowBatches(file.path, kind)) {
    const time = (row: number): number => utcMs(batch.values[row * batch.width + column] as number, name, batch.firstLine + row);
    if (Number.isNaN(fromMs)) fromMs = time(0);
    lastMs = time(batch.count - 1);
  }
  if (Number.isNaN(lastMs)) throw new InvalidData(`${name}: expected rows of ${kind.name}, found a header alone`);
  return { file, fromMs, toMs: lastMs + (file.kind === 'klines' ? file.periodMs : 1) };
}
