/** External series from files of the archive's layouts: each value with its time and the time from which it may be used. */
import { basename } from 'node:path';
import type { ExternalName } from '../../core/data/external-series.js';
import { EXTERNAL_SERIES } from '../../core/data/external-series.js';
import { makeTable } from '../../core/data/table.js';
import { InvalidData } from '../../core/errors.js';
import type { MarketKind } from '../../pipeline/config.js';
import type { QualityFinding, SeriesRead } from '../../pipeline/market-source.js';
import type { PlannedFile, Span } from '../../pipeline/plan.js';
import type { ExternalLayout } from './external-files.js';
import { externalLayout, externalSpan } from './external-files.js';
import { checkHash } from './file-hash.js';
import { namedFile } from './file-name.js';
import { finding, isoTime } from './findings.js';
import { MARK_PRICE } from './layouts.js';
import { rowBatches } from './row-batches.js';
import { textRows } from './text-rows.js';
import { utcMs } from './utc-time.js';

const DAY_MS = 86_400_000;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export interface ExternalRequest {
  readonly window: Span;
  readonly external: ExternalName;
  readonly market: MarketKind;
}

/** Values by time, with what was found while reading. */
interface Collected {
  readonly byTime: Map<number, number>;
  readonly findings: QualityFinding[];
  empty: number;
  backwards: number;
}

/**
 * The values (schema ares.external) known before the window's end that speak of a time in it or at most a time to live before it, in
 * order of time. Known at: the time plus the publisher's delay (`EXTERNAL_SERIES`); a candle of the mark price is known at its close.
 * Refused: a value below 0, two different values of one time. Repaired: equal rows of one time, rows out of order (sorted). Flagged:
 * empty cells, days of the window without a value.
 * @throws InvalidData with file and line. @throws PipelineError IntegrityError when a file has changed since the plan.
 */
export async function readExternal(files: readonly PlannedFile[], request: ExternalRequest): Promise<SeriesRead> {
  const { external, window } = request;
  const layout = externalLayout(external, request.market);
  const collected: Collected = { byTime: new Map(), findings: [], empty: 0, backwards: 0 };
  for (const file of files) {
    await checkHash(file);
    if (layout === null) await readCandles(file.path, collected);
    else await readRows(file.path, layout, collected);
  }
  const { fromMs } = externalSpan(external, window);
  const { delayMs } = EXTERNAL_SERIES[external];
  const timeMs = Float64Array.from(collected.byTime.keys())
    .sort()
    .filter((time) => time >= fromMs && time + delayMs < window.toMs);
  const table = makeTable({ timeMs, knownAtMs: timeMs.map((time) => time + delayMs), value: timeMs.map((time) => collected.byTime.get(time) as number) });
  return { table, findings: [...collected.findings, ...describe(collected, { external, window, timeMs, files: files.length })] };
}

async function readRows(path: string, layout: ExternalLayout, collected: Collected): Promise<void> {
  const file = basename(path);
  let lastMs = Number.NEGATIVE_INFINITY;
  for await (const { cells, line } of textRows(path, { wanted: layout.columns, bare: layout.bare })) {
    const [time, value, ...further] = cells as [string, string, ...string[]];
    if (layout.accepts !== undefined && !layout.accepts(further)) continue;
    const timeMs = parseTime(time, { file, line, column: layout.columns[0] });
    if (timeMs < lastMs) collected.backwards++;
    lastMs = timeMs;
    if (value === '') collected.empty++;
    else addValue(collected, { timeMs, value: parseValue(value, { file, line, column: layout.columns[1] }) * layout.unit, file, line });
  }
}

async function readCandles(path: string, collected: Collected): Promise<void> {
  const file = basename(path);
  const { periodMs } = namedFile(path);
  for await (const batch of rowBatches(path, MARK_PRICE)) {
    for (let row = 0; row < batch.count; row++) {
      const line = batch.firstLine + row;
      const value = batch.values[row * batch.width + 4] as number;
      if (!(value > 0)) throw new InvalidData(`${file}:${line}: expected close above 0, found ${value}`);
      addValue(collected, { timeMs: utcMs(batch.values[row * batch.width] as number, file, line) + periodMs, value, file, line });
    }
  }
}

function addValue(collected: Collected, row: { timeMs: number; value: number; file: string; line: number }): void {
  const { timeMs, value, file, line } = row;
  const known = collected.byTime.get(timeMs);
  if (known === undefined) collected.byTime.set(timeMs, value);
  else if (known === value) {
    collected.findings.push(finding({ action: 'repaired', check: 'duplicate value', file, line, timeMs, detail: `${value} equal to an earlier row, dropped` }));
  } else throw new InvalidData(`${file}:${line}: expected ${known} of ${isoTime(timeMs)} as in an earlier row, found ${value}`);
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: string;
}

/** UTC ms of `YYYY-MM-DD`, `YYYY-MM-DD hh:mm:ss`, or of ms or us since 1970. */
function parseTime(text: string, place: Place): number {
  if (/^\d+$/.test(text)) return utcMs(Number(text), place.file, place.line);
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}))?$/.exec(text);
  const timeMs = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}Z`);
  // Date.parse takes February 31 for March 2.
  if (Number.isNaN(timeMs) || isoTime(timeMs).slice(0, 10) !== match?.[1]) {
    throw new InvalidData(`${place.file}:${place.line}: expected a date or time in column ${place.column}, found ${JSON.stringify(text)}`);
  }
  return timeMs;
}

function parseValue(text: string, place: Place): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0))
    throw new InvalidData(`${place.file}:${place.line}: expected a number of at least 0 in column ${place.column}, found ${JSON.stringify(text)}`);
  return value;
}

function describe(
  collected: Collected,
  read: { readonly external: ExternalName; readonly window: Span; readonly timeMs: Float64Array; readonly files: number },
): QualityFinding[] {
  const { external, window, timeMs } = read;
  const findings: QualityFinding[] = [];
  const note = (action: 'repaired' | 'flagged', check: string, fact: { count: number; timeMs?: number; detail: string }): void => {
    if (fact.count > 0) findings.push(finding({ action, check, ...fact }));
  };
  note('repaired', 'external order', { count: collected.backwards, detail: `${collected.backwards} rows of ${external} came after a later one, sorted` });
  note('flagged', 'external without value', { count: collected.empty, detail: `${collected.empty} rows of ${external} have an empty cell, left out` });
  const idle = idleDays(timeMs, window, EXTERNAL_SERIES[external].timeToLiveMs);
  note('flagged', 'external days missing', {
    count: idle.length,
    timeMs: idle[0] ?? Number.NaN,
    detail: `${idle.length} days of the window have no ${external} that is still good; the first at timeMs`,
  });
  findings.push(
    finding({ action: 'passed', check: external, count: timeMs.length, detail: `${timeMs.length} values of ${external} out of ${read.files} files` }),
  );
  return findings;
}

/** Starts of the window's days in which no value, nor one at most a time to live before, stands. */
function idleDays(timeMs: Float64Array, window: Span, timeToLiveMs: number): number[] {
  const idle: number[] = [];
  let next = 0;
  for (let dayMs = Math.floor(window.fromMs / DAY_MS) * DAY_MS; dayMs < window.toMs; dayMs += DAY_MS) {
    while (next < timeMs.length && (timeMs[next] as number) < dayMs - timeToLiveMs) next++;
    if (!((timeMs[next] ?? Number.POSITIVE_INFINITY) < dayMs + DAY_MS)) idle.push(dayMs);
  }
  return idle;
}
