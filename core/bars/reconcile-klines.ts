/** Bars made of trades beside the venue's own klines: where they differ, and which missing trades may explain it. */
import type { BarColumn, Bars } from '../data/bars.js';
import { barCount } from '../data/bars.js';
import type { Table } from '../data/table.js';
import { float64Column, makeTable } from '../data/table.js';

/** Columns compared unless told: prices exactly, amounts to AMOUNT_TOLERANCE. */
const PRICES = ['open', 'high', 'low', 'close'] as const satisfies readonly BarColumn[];
const AMOUNTS = ['volume', 'quoteVolume', 'tradeCount', 'takerBuyVolume'] as const satisfies readonly BarColumn[];
/** Relative: a venue adds decimals, we add doubles. */
const AMOUNT_TOLERANCE = 1e-9;

export type ComparedColumn = (typeof PRICES)[number] | (typeof AMOUNTS)[number];

export interface Reconciliation {
  /**
   * One row a bar that differs or that one side lacks, by time: `openTimeMs`; `found` 'differs', 'no bar' or 'no kline'; `columns` the
   * names that differ; for each compared column its bar minus its kline (NaN where a side is missing or does not know it); `firstId`
   * and `lastId` of the bar's trades (NaN of none); `missingIds` = ids missing in gaps that may lie in the bar;
   * `explanation` 'id gap' where there is such a gap, else 'none found'.
   */
  readonly differences: Table;
  /** One row a gap: the columns of findIdGaps and `differing`, the number of differing bars that it may lie in. */
  readonly gaps: Table;
  /** Bars that both sides have and that agree. */
  readonly equal: number;
}

export interface ReconcileInput {
  /** Time bars of trades, in order. */
  readonly bars: Bars;
  /** Of the same trades (barIds). */
  readonly ids: Table;
  /** Of the same trades (findIdGaps). */
  readonly gaps: Table;
  /** The venue's bars of the same period, in order; columns that it does not publish are NaN. */
  readonly klines: Bars;
  readonly columns?: readonly ComparedColumn[];
}

/** One kline or bar that is not as its counterpart. */
interface Difference {
  readonly openTimeMs: number;
  readonly closeTimeMs: number;
  readonly found: 'differs' | 'no bar' | 'no kline';
  readonly columns: readonly ComparedColumn[];
  /** Row in bars and in klines, or -1. */
  readonly bar: number;
  readonly kline: number;
}

/**
 * The report. Nothing is asserted: a venue's klines are not exact truth (Binance counts trades that its archive lacks), so an
 * unexplained difference is a finding for a person. The missing trades of a gap happened between the trades on its two sides, so a
 * gap may lie in every bar that its time touches.
 */
export function reconcileKlines(input: ReconcileInput): Reconciliation {
  const columns = input.columns ?? [...PRICES, ...AMOUNTS];
  const { differences, equal } = compareBars(input.bars, input.klines, columns);
  const { touching, differing } = matchGaps(differences, input.gaps);
  return { differences: differenceTable(differences, { input, columns, touching }), gaps: makeTable({ ...input.gaps.columns, differing }), equal };
}

function compareBars(bars: Bars, klines: Bars, columns: readonly ComparedColumn[]): { differences: readonly Difference[]; equal: number } {
  const differences: Difference[] = [];
  let equal = 0;
  let [i, j] = [0, 0];
  while (i < barCount(bars) || j < barCount(klines)) {
    const barMs = i < barCount(bars) ? bars.openTimeMs[i] : Number.POSITIVE_INFINITY;
    const klineMs = j < barCount(klines) ? klines.openTimeMs[j] : Number.POSITIVE_INFINITY;
    if (barMs === klineMs) {
      const unequal = columns.filter((name) => differs(name, bars[name][i], klines[name][j]));
      if (unequal.length === 0) equal++;
      else differences.push({ openTimeMs: barMs, closeTimeMs: bars.closeTimeMs[i], found: 'differs', columns: unequal, bar: i, kline: j });
      i++;
      j++;
    } else if (barMs < klineMs) {
      differences.push({ openTimeMs: barMs, closeTimeMs: bars.closeTimeMs[i], found: 'no kline', columns: [], bar: i++, kline: -1 });
    } else {
      // A kline without a trade needs no bar.
      if (klines.volume[j] !== 0)
        differences.push({ openTimeMs: klineMs, closeTimeMs: klines.closeTimeMs[j], found: 'no bar', columns: [], bar: -1, kline: j });
      j++;
    }
  }
  return { differences, equal };
}

/** A value that one side does not know is no difference. */
function differs(name: ComparedColumn, ours: number, theirs: number): boolean {
  if (Number.isNaN(ours) || Number.isNaN(theirs)) return false;
  const tolerance = (AMOUNTS as readonly string[]).includes(name) ? AMOUNT_TOLERANCE * Math.max(Math.abs(ours), Math.abs(theirs)) : 0;
  return Math.abs(ours - theirs) > tolerance;
}

/** For each difference the ids missing in gaps that touch it; for each gap the differences that it touches. Both stand in order of time. */
function matchGaps(differences: readonly Difference[], gaps: Table): { touching: Float64Array; differing: Float64Array } {
  const fromMs = float64Column(gaps, 'fromMs');
  const toMs = float64Column(gaps, 'toMs');
  const missing = float64Column(gaps, 'missing');
  const touching = new Float64Array(differences.length);
  const differing = new Float64Array(fromMs.length);
  let first = 0;
  for (const [row, { openTimeMs, closeTimeMs }] of differences.entries()) {
    while (first < fromMs.length && toMs[first] < openTimeMs) first++;
    for (let gap = first; gap < fromMs.length && fromMs[gap] < closeTimeMs; gap++) {
      touching[row] += missing[gap];
      differing[gap]++;
    }
  }
  return { touching, differing };
}

function differenceTable(
  differences: readonly Difference[],
  from: { readonly input: ReconcileInput; readonly columns: readonly ComparedColumn[]; readonly touching: Float64Array },
): Table {
  const { bars, klines, ids } = from.input;
  const rowOf = new Map(Array.from(float64Column(ids, 'openTimeMs'), (openMs, row) => [openMs, row]));
  const idOf = (name: string): Float64Array => {
    const column = float64Column(ids, name);
    return Float64Array.from(differences, ({ openTimeMs }) => column[rowOf.get(openTimeMs) ?? -1] ?? Number.NaN);
  };
  const minus = (name: ComparedColumn): Float64Array =>
    Float64Array.from(differences, ({ bar, kline }) => (bar < 0 || kline < 0 ? Number.NaN : bars[name][bar] - klines[name][kline]));
  return makeTable({
    openTimeMs: Float64Array.from(differences, (row) => row.openTimeMs),
    found: differences.map((row) => row.found),
    columns: differences.map((row) => row.columns.join(' ')),
    ...Object.fromEntries(from.columns.map((name) => [name, minus(name)])),
    firstId: idOf('firstId'),
    lastId: idOf('lastId'),
    missingIds: from.touching,
    explanation: Array.from(from.touching, (count) => (count > 0 ? 'id gap' : 'none found')),
  });
}
