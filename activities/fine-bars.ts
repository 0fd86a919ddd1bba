/** The minute bars that step 2 leaves, a table a calendar month, as later steps read them. */
import type { Bars } from '../core/data/bars.js';
import { barsFromTable, lowerBound, sliceBars, upperBound } from '../core/data/bars.js';
import { makeBarAppender } from '../core/data/concat-bars.js';
import { InvalidData } from '../core/errors.js';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import { spanOfMonth } from '../pipeline/months.js';
import type { StepInputs } from '../pipeline/step-context.js';

const STEP = 'market-regime-classification';
const PREFIX = 'bars-fine/';

export interface FineSpan {
  /** Bars that open at or after; default from the first. */
  readonly fromMs?: number;
  /** Bars that close by then; default to the last. */
  readonly toMs?: number;
  /** False leaves out what is beside prices and amounts: for readers that need no more. Default true. */
  readonly extras?: boolean;
}

/** Name of a month's table. */
export function fineBarsName(month: string): string {
  return `${PREFIX}${month}`;
}

/** References of the months that a span touches, in time order. */
export function fineBarRefs(inputs: Pick<StepInputs, 'names' | 'ref'>, span: FineSpan = {}): readonly ArtifactRef[] {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = span;
  return inputs
    .names(STEP, PREFIX)
    .filter((name) => {
      const month = spanOfMonth(name.slice(PREFIX.length));
      return month.fromMs < toMs && month.toMs > fromMs;
    })
    .map((name) => inputs.ref(STEP, name));
}

/**
 * The bars of a span; no month outside it is read, and one month at a time is held beside the result.
 * @throws InvalidData when the months are out of order or do not say how many rows they have; PipelineError as StepInputs.table
 */
export async function readFineBars(inputs: Pick<StepInputs, 'names' | 'ref' | 'table'>, span: FineSpan = {}): Promise<Bars> {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = span;
  const refs = fineBarRefs(inputs, span);
  const joined = makeBarAppender(refs.reduce((sum, ref) => sum + rowsOf(ref), 0));
  for (const { name } of refs) {
    const bars = barsFromTable(await inputs.table(STEP, name, 'ares.bars'));
    const inside = sliceBars(bars, lowerBound(bars.openTimeMs, fromMs), upperBound(bars.closeTimeMs, toMs));
    joined.add(span.extras === false ? { ...inside, extras: {} } : inside);
  }
  return joined.bars();
}

function rowsOf({ name, rows }: ArtifactRef): number {
  if (rows === undefined) throw new InvalidData(`artifact ${STEP}/${name}: expected its number of rows in the manifest, found none`);
  return rows;
}
