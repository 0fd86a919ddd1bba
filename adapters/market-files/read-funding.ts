/** Funding payments with the mark price at each, from fundingRate and markPrice files. */
import { basename } from 'node:path';
import { lowerBound } from '../../core/data/bars.js';
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import { InvalidData } from '../../core/errors.js';
import type { QualityFinding } from '../../pipeline/market-source.js';
import type { PlannedFile } from '../../pipeline/plan.js';
import { checkHash } from './file-hash.js';
import type { NamedFile } from './file-name.js';
import { namedFile } from './file-name.js';
import { finding, isoTime } from './findings.js';
import type { FileKind } from './layouts.js';
import { FUNDING_RATE, MARK_PRICE } from './layouts.js';
import type { RowBatch } from './row-batches.js';
import { rowBatches } from './row-batches.js';
import { utcMs } from './utc-time.js';

const FUNDING_MS = 8 * 3_600_000;
const HOUR_MS = 3_600_000;

/** Values by time: two columns of a file, in time order. */
interface TimedValues {
  readonly timeMs: Float64Array;
  readonly value: Float64Array;
}

/**
 * The payments of the window (schema ares.funding), at the exchange's own times (some ms after the hour). markPrice is
 * the open of the mark candle that begins at the payment's hour, NaN where no file has it. Refused: a mark price not
 * above 0, time going backwards, two different values of one time. Repaired: equal rows of one time. Flagged: stamps of
 * the 8-hour clock without a payment.
 * @throws InvalidData with file and line. @throws PipelineError IntegrityError when a file has changed since the plan.
 */
export async function readFunding(
  files: readonly PlannedFile[],
  window: { fromMs: number; toMs: number },
): Promise<{ table: Table; findings: QualityFinding[] }> {
  const findings: QualityFinding[] = [];
  const rates = await readTimed(filesOf(files, 'fundingRate'), { kind: FUNDING_RATE, isPrice: false }, findings);
  const marks = await readTimed(filesOf(files, 'markPrice'), { kind: MARK_PRICE, isPrice: true }, findings);
  const from = lowerBound(rates.timeMs, window.fromMs);
  const to = lowerBound(rates.timeMs, window.toMs);
  const timeMs = rates.timeMs.slice(from, to);
  const markPrice = timeMs.map((time) => {
    const hourMs = Math.floor(time / HOUR_MS) * HOUR_MS;
    const at = lowerBound(marks.timeMs, hourMs);
    return marks.timeMs[at] === hourMs ? (marks.value[at] as number) : Number.NaN;
  });
  const missing = missingStamps(timeMs, window);
  if (missing.length > 0) {
    findings.push(
      finding({
        action: 'flagged',
        check: 'missing funding',
        count: missing.length,
        timeMs: missing[0] as number,
        detail: `${missing.length} stamps of the 8-hour clock without a payment; the first at timeMs`,
      }),
    );
  }
  findings.push(
    finding({
      action: 'passed',
      check: 'funding',
      count: timeMs.length,
      detail: `${timeMs.length} funding payments in the window, ${markPrice.filter(Number.isFinite).length} with a mark price`,
    }),
  );
  return { table: makeTable({ timeMs, rate: rates.value.slice(from, to), markPrice }), findings };
}

function filesOf(files: readonly PlannedFile[], kind: NamedFile['kind']): readonly PlannedFile[] {
  return files.filter((file) => namedFile(file.path).kind === kind);
}

async function readTimed(files: readonly PlannedFile[], rule: { kind: FileKind; isPrice: boolean }, findings: QualityFinding[]): Promise<TimedValues> {
  const byTime = new Map<number, number>();
  for (const file of files) {
    await checkHash(file);
    let lastMs = Number.NEGATIVE_INFINITY;
    for await (const batch of rowBatches(file.path, rule.kind)) lastMs = addBatch(batch, { file: basename(file.path), lastMs, byTime, findings, ...rule });
  }
  const timeMs = Float64Array.from(byTime.keys()).sort();
  return { timeMs, value: timeMs.map((time) => byTime.get(time) as number) };
}

interface BatchTarget {
  readonly file: string;
  readonly lastMs: number;
  readonly byTime: Map<number, number>;
  readonly findings: QualityFinding[];
  readonly kind: FileKind;
  readonly isPrice: boolean;
}

/** Adds a batch's rows; returns the last one's time. */
function addBatch(batch: RowBatch, target: BatchTarget): number {
  const { file, byTime, findings } = target;
  let { lastMs } = target;
  for (let row = 0; row < batch.count; row++) {
    const line = batch.firstLine + row;
    const timeMs = utcMs(batch.values[row * batch.width] as number, file, line);
    const value = batch.values[row * batch.width + 1] as number;
    const isRepeat = checkTimed({ timeMs, value, lastMs, known: byTime.get(timeMs), isPrice: target.isPrice, place: `${file}:${line}` });
    if (isRepeat)
      findings.push(finding({ action: 'repaired', check: `duplicate ${target.kind.name}`, file, line, timeMs, detail: 'equal to an earlier row, dropped' }));
    byTime.set(timeMs, value);
    lastMs = timeMs;
  }
  return lastMs;
}

/** True for a repeated row. */
function checkTimed(row: { timeMs: number; value: number; lastMs: number; known: number | undefined; isPrice: boolean; place: string }): boolean {
  if (row.timeMs < row.lastMs) throw new InvalidData(`${row.place}: expected time to go forwards, found ${row.timeMs} after ${row.lastMs}`);
  if (row.isPrice && !(row.value > 0)) throw new InvalidData(`${row.place}: expected open above 0, found ${row.value}`);
  if (row.known !== undefined && row.known !== row.value)
    throw new InvalidData(`${row.place}: expected ${row.known} of ${isoTime(row.timeMs)} as in an earlier row, found ${row.value}`);
  return row.known !== undefined;
}

function missingStamps(timeMs: Float64Array, window: { fromMs: number; toMs: number }): number[] {
  const paid = new Set(Array.from(timeMs, (time) => Math.round(time / FUNDING_MS)));
  const missing: number[] = [];
  for (let stamp = Math.ceil(window.fromMs / FUNDING_MS); stamp * FUNDING_MS < window.toMs; stamp++) if (!paid.has(stamp)) missing.push(stamp * FUNDING_MS);
  return missing;
}
