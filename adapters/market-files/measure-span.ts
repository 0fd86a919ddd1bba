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
 * The files in order of time, each with its span. Whole days or months of the archive are taken at their names' word; other files
 * are read through, and of klines the first and the last file too: a series may begin or end within a day.
 * @throws InvalidData when a row cannot be read, or there is none.
 */
export async function measureSpans(files: readonly NamedFile[]): Promise<readonly MeasuredFile[]> {
  const starts = files.flatMap((file) => (file.span?.isWhole === true ? [file.span.fromMs] : []));
  const [firstMs, lastMs] = starts.reduce(([low, high], start) => [Math.min(low, start), Math.max(high, start)] as const, [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as readonly [number, number]);
  const measured: MeasuredFile[] = [];
  for (const file of files) {
    const { span } = file;
    const isEdge = file.kind === 'klines' && (span?.fromMs === firstMs || span?.fromMs === lastMs);
    measured.push(span?.isWhole === true && !isEdge ? { file, fromMs: span.fromMs, toMs: span.toMs } : await measureSpan(file));
  }
  return measured.sort((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs);
}

async function measureSpan(file: NamedFile): Promise<MeasuredFile> {
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
