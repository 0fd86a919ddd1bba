/** Whole series of rows stamped with a time, a page at a time, each page proven to follow the one before. */
import type { Span } from '../../pipeline/plan.js';

export interface PageAsk {
  /** Half-open: rows at fromMs or later, before toMs. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Most rows that there can be in that span. */
  readonly limit: number;
}

export interface TimedSeries<Row> {
  readonly span: Span;
  /** Least time between two rows. */
  readonly stepMs: number;
  /** Most rows that the host gives at once. */
  readonly limit: number;
  readonly timeOf: (row: Row) => number;
  /** Asks the host; `check` says why an answer cannot be right, or null. */
  readonly fetchPage: (ask: PageAsk, check: (rows: readonly Row[]) => string | null) => Promise<readonly Row[]>;
}

/**
 * The rows of the span in rising time, each once. The span is asked for in stretches that can hold no more than `limit` rows, since hosts
 * differ in which end of a longer one they give. A stretch with fewer rows than fit is asked for again from its last row on, which must come
 * back, until nothing new comes: neither a cut list nor one empty answer passes for its end.
 */
export async function* timedPages<Row>(series: TimedSeries<Row>): AsyncGenerator<readonly Row[], void, undefined> {
  const { span, stepMs, limit } = series;
  const stretchMs = limit * stepMs;
  for (let fromMs = span.fromMs; fromMs < span.toMs; fromMs += stretchMs) {
    yield* stretchPages(series, { fromMs, toMs: Math.min(fromMs + stretchMs, span.toMs) });
  }
}

async function* stretchPages<Row>(series: TimedSeries<Row>, stretch: Span): AsyncGenerator<readonly Row[], void, undefined> {
  const { stepMs, timeOf, fetchPage } = series;
  const ask = async (fromMs: number, first: Row | null): Promise<readonly Row[]> => {
    const limit = Math.ceil((stretch.toMs - fromMs) / stepMs);
    const span = { fromMs, toMs: stretch.toMs };
    return fetchPage({ ...span, limit }, (page) => timeFault(page, span, timeOf) ?? (first === null ? null : sameFault(page[0], first)));
  };
  let page = await ask(stretch.fromMs, null);
  while (page.length > 0) {
    yield page;
    const last = page[page.length - 1] as Row;
    const lastMs = timeOf(last);
    if (lastMs + stepMs >= stretch.toMs) return;
    page = (await ask(lastMs, last)).slice(1);
    // A list cut down to one looks like the last row there is: what lies beyond is asked for by itself.
    if (page.length === 0) page = await ask(lastMs + 1, null);
  }
}

function sameFault<Row>(found: Row | undefined, known: Row): string | null {
  return JSON.stringify(found) === JSON.stringify(known) ? null : `expected ${JSON.stringify(known)} again, found ${JSON.stringify(found) ?? 'an empty list'}`;
}

/** The first thing wrong with the times of a page, or null. */
function timeFault<Row>(page: readonly Row[], span: Span, timeOf: (row: Row) => number): string | null {
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const row of page) {
    const timeMs = timeOf(row);
    if (timeMs < span.fromMs || timeMs >= span.toMs) return `expected rows from ${span.fromMs} to before ${span.toMs}, found one of ${timeMs}`;
    if (timeMs <= lastMs) return `expected times to rise, found ${timeMs} after ${lastMs}`;
    lastMs = timeMs;
  }
  return null;
}
