/** Findings and score of market data: what steps 1, 2 and 4 write of quality. Pure functions of tables. */
import type { Bars } from '../core/data/bars.js';
import type { Table } from '../core/data/table.js';
import type { ColumnRule } from '../core/quality/column-faults.js';
import type { CheckCount, ScoredCheck } from '../core/quality/quality-score.js';
import type { SourceTolerance } from '../core/quality/compare-sources.js';
import type { Feature, FeatureColumns, FeatureContext } from '../core/features/feature.js';
import type { FeatureDistribution } from '../core/features/feature-distributions.js';
import type { Random } from '../core/stats/random.js';
import type { QualityFinding } from '../pipeline/market-source.js';
import { barCount, barsToTable, sliceBars } from '../core/data/bars.js';
import { float64Column, makeTable } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import { checkLeaks, LEAK_CHECK } from '../core/features/check-leaks.js';
import { validateFeatures } from '../core/features/validate-features.js';
import { BAR_SCREEN, findBarOutliers } from '../core/quality/bar-outliers.js';
import { findColumnFaults } from '../core/quality/column-faults.js';
import { compareSources, SOURCE_TOLERANCE } from '../core/quality/compare-sources.js';
import { findTimeGaps } from '../core/quality/gaps.js';
import { findBadPrices, TRADE_SCREEN } from '../core/quality/price-screen.js';
import { findStaleBars, findVolumeSpikes, STALE_BARS, VOLUME_SCREEN } from '../core/quality/price-runs.js';
import { CHECK_WEIGHTS, qualityScore } from '../core/quality/quality-score.js';
import { findDisorder, findDuplicates } from '../core/quality/row-order.js';
import { assessStationarity } from '../core/quality/stationarity.js';

/** The JSON beside the quality table. */
export interface QualitySummary {
  /** Trades or bars of the data set. */
  readonly rows: number;
  /** In [0, 100]: core/quality/quality-score.ts has the definition. */
  readonly score: number;
  readonly checks: readonly ScoredCheck[];
}

/** Places that a finding names in words; the table has one row a check, not one a place. */
const NAMED_PLACES = 5;

const TRADE_COLUMNS: Readonly<Record<string, ColumnRule>> = {
  timeMs: { type: 'double', least: 0 },
  id: { type: 'double', least: 0 },
  price: { type: 'double', least: 0, exclusive: true },
  quantity: { type: 'double', least: 0, exclusive: true },
};
const AMOUNT = { type: 'double', least: 0, nullable: true } as const;
const PRICE = { type: 'double', least: 0, exclusive: true } as const;
const BAR_VALUES: Readonly<Record<string, ColumnRule>> = {
  openTimeMs: { type: 'double' },
  closeTimeMs: { type: 'double' },
  open: PRICE,
  high: PRICE,
  low: PRICE,
  close: PRICE,
  volume: { type: 'double', least: 0 },
  quoteVolume: AMOUNT,
  tradeCount: AMOUNT,
  takerBuyVolume: AMOUNT,
};

/**
 * Findings of trades (schema ares.trades) of one day from any source, one row a check: order, ids, bad ticks. Each day is looked at
 * by itself, so that the table is the same however days are grouped; the first 16 trades of a day are not screened.
 * @throws InvalidData naming every column that is missing or has impossible values
 */
export function assessTrades(table: Table): readonly QualityFinding[] {
  refuseFaults('trades', table, TRADE_COLUMNS);
  const timeMs = float64Column(table, 'timeMs');
  const { exact, conflicting } = findDuplicates(table, 'id');
  return [
    { ...finding('columns', 'passed', table.rowCount), detail: `${Object.keys(TRADE_COLUMNS).join(', ')} of ${table.rowCount} trades are possible` },
    ofRows('disorder', findDisorder(timeMs), { timeMs, what: 'trades are earlier than one before them' }),
    ofRows('duplicate trade', exact, { timeMs, what: 'trades are there twice' }),
    ofRows('conflicting duplicate', conflicting, { timeMs, what: 'trades have the id of another, different one' }),
    ofRows('bad tick', findBadPrices(float64Column(table, 'price'), TRADE_SCREEN), {
      timeMs,
      what: `trades lie off the level by more than ${TRADE_SCREEN.deviations} deviations and are gone within ${TRADE_SCREEN.reversal} trades`,
    }),
  ];
}

/**
 * Findings of bars in time order on a grid of `periodMs`, one row a check; nothing is changed. Checks that `reported` findings (those
 * of the reader) hold already are left out, so that no fault counts twice. The first `lead` bars come from a part of the series that was
 * told of before: what they show by themselves is left out, what only the bars after them show of them is told here.
 * @throws InvalidData naming every column that has impossible values
 */
export function assessBars(
  bars: Bars,
  options: { readonly periodMs: number; readonly reported?: readonly QualityFinding[]; readonly lead?: number },
): readonly QualityFinding[] {
  refuseFaults('bars', barsToTable(bars), BAR_VALUES);
  const isReported = new Set(options.reported?.map(({ check }) => check));
  return barFindings(bars, options.periodMs, options.lead ?? 0).filter(({ check }) => !isReported.has(check));
}

function barFindings(bars: Bars, periodMs: number, lead: number): readonly QualityFinding[] {
  const [rows, told] = [rowsAtFault(bars), rowsAtFault(sliceBars(bars, 0, lead))];
  const ofBars = (check: BarCheck, what: string): QualityFinding => {
    const found = rows[check].filter((row) => !told[check].includes(row));
    return ofRows(check, found, { timeMs: bars.closeTimeMs, what, lead });
  };
  return [
    ofBars('disorder', 'bars are earlier than one before them'),
    gapFinding(bars, periodMs, lead),
    ofBars('bad close', `bars close more than ${BAR_SCREEN.closeDeviations} deviations off and return within ${BAR_SCREEN.reversal} bars`),
    ofBars('bad wick', `bars have an extreme more than ${BAR_SCREEN.wickDeviations} deviations outside their closes`),
    ofBars('stale price', `bars stand in runs of at least ${STALE_BARS} without any move`),
    ofBars('zero volume', 'bars have no volume'),
    ofBars('volume spike', `bars have more than ${VOLUME_SCREEN.times} times the usual volume`),
    ofBars('imputed bar', 'bars were filled in or repaired'),
  ];
}

type BarCheck = 'disorder' | 'bad close' | 'bad wick' | 'stale price' | 'zero volume' | 'volume spike' | 'imputed bar';

function rowsAtFault(bars: Bars): Readonly<Record<BarCheck, readonly number[]>> {
  const outliers = findBarOutliers(bars, BAR_SCREEN);
  const rowsWhere = (values: Float64Array | undefined, wanted: number): readonly number[] =>
    values === undefined ? [] : Array.from(values.keys()).filter((row) => values[row] === wanted);
  return {
    disorder: findDisorder(bars.openTimeMs),
    'bad close': outliers.closes,
    'bad wick': outliers.wicks,
    'stale price': findStaleBars(bars),
    'zero volume': rowsWhere(bars.volume, 0),
    'volume spike': findVolumeSpikes(bars.volume, VOLUME_SCREEN),
    'imputed bar': rowsWhere(bars.extras['imputed'], 1),
  };
}

/**
 * Findings on stationarity at the 0.05 level: log closes are expected to have a unit root, log returns to be stationary; anything
 * else is flagged and costs no score. For bars whose future may be looked at (train): a whole-series statistic.
 * @throws InsufficientData on too few bars; NumericalError where prices do not move
 */
export function assessBarStationarity(bars: Bars): readonly QualityFinding[] {
  const level = bars.close.map(Math.log);
  const returns = level.subarray(1).map((value, i) => value - (level[i] as number));
  return (
    [
      ['log close', level, 'unit root'],
      ['log return', returns, 'stationary'],
    ] as const
  ).map(([name, values, expected]) => {
    const { verdict, dickeyFuller: root, kpss, rows } = assessStationarity(values);
    const tests = `Dickey-Fuller ${number(root.statistic)} (p ${number(root.pValue)}, ${root.lags} lags), KPSS ${number(kpss.statistic)} (p ${number(kpss.pValue)})`;
    return {
      ...finding(`stationarity of the ${name}`, verdict === expected ? 'passed' : 'flagged', rows),
      detail: `${verdict}, expected ${expected}: ${tests}`,
    };
  });
}

/**
 * Finding on bars of the same market from a second source; count is the bars that disagree, or all of them where the whole series
 * is shifted, scaled or unrelated.
 * @throws InsufficientData below 30 common returns
 */
export function assessAgreement(
  bars: Bars,
  second: Bars,
  options: Partial<SourceTolerance> & { readonly periodMs: number; readonly name: string },
): QualityFinding {
  const found = compareSources(bars, second, { ...SOURCE_TOLERANCE, ...options });
  const isWhole = found.faults.some((fault) => fault !== 'disagreeing');
  const verdict = found.faults.length === 0 ? 'agrees' : found.faults.join(', ');
  return {
    ...finding('source disagreement', found.faults.length === 0 ? 'passed' : 'flagged', isWhole ? found.rows : found.disagreeing),
    detail: [
      `${options.name}: ${verdict}`,
      `${found.rows} common bars`,
      `shift ${found.shift} bars`,
      `correlation of returns ${number(found.correlation)} (${number(found.unshifted)} unshifted)`,
      `price scale ${number(found.scale)}`,
      `volume scale ${number(found.volumeScale)}`,
      `${found.disagreeing} bars apart`,
    ].join('; '),
  };
}

/**
 * Findings on feature columns; constant ones are flagged (pruning drops them).
 * @throws InvalidData naming every column with a value out of range, an infinite one, or a NaN that nothing excuses; LookAheadLeak
 * naming a column that rests on later bars
 */
export function assessFeatures(features: FeatureColumns, catalog: readonly Feature[], data: FeatureData): readonly QualityFinding[] {
  const faults = validateFeatures(features, catalog, data);
  const broken = faults.filter(({ fault }) => fault !== 'constant');
  if (broken.length > 0) throw new InvalidData(`features: ${broken.map(({ detail }) => detail).join('; ')}`);
  checkLeaks(features, catalog, { ...data, ...LEAK_CHECK });
  return [
    {
      ...finding('features', 'passed', features.names.length),
      detail: `${features.names.length} columns in range, known after their warm-up, without look-ahead`,
    },
    ...faults.map(({ detail, count }) => ({ ...finding('constant feature', 'flagged', count), detail })),
  ];
}

/** What the features were made of, and the generator that draws the cuts of the leak check. */
export interface FeatureData {
  readonly bars: Bars;
  readonly context: FeatureContext;
  readonly random: Random;
}

/** Histograms as rows of schema ares.distributions (one a bin, bounds NaN = open) and their summaries as rows of ares.drift. */
export function distributionTables(distributions: readonly FeatureDistribution[]): { readonly histograms: Table; readonly drift: Table } {
  const bins = distributions.flatMap(({ feature, window, edges, counts }) =>
    Array.from(counts, (count, bin) => ({ feature, window, bin, above: edges[bin - 1] ?? Number.NaN, upTo: edges[bin] ?? Number.NaN, count })),
  );
  const doubles = (name: 'mean' | 'deviation' | 'stability' | 'distance' | 'threshold'): Float64Array => Float64Array.from(distributions, (d) => d[name]);
  return {
    histograms: makeTable({
      feature: bins.map(({ feature }) => feature),
      window: bins.map(({ window }) => window),
      bin: Int32Array.from(bins, ({ bin }) => bin),
      above: Float64Array.from(bins, ({ above }) => above),
      upTo: Float64Array.from(bins, ({ upTo }) => upTo),
      count: Int32Array.from(bins, ({ count }) => count),
    }),
    drift: makeTable({
      feature: distributions.map(({ feature }) => feature),
      window: distributions.map(({ window }) => window),
      count: Int32Array.from(distributions, ({ count }) => count),
      missing: Int32Array.from(distributions, ({ missing }) => missing),
      mean: doubles('mean'),
      deviation: doubles('deviation'),
      stability: doubles('stability'),
      distance: doubles('distance'),
      threshold: doubles('threshold'),
      shifted: Uint8Array.from(distributions, ({ shifted }) => (shifted ? 1 : 0)),
    }),
  };
}

export interface DataSize {
  /** Trades or bars. */
  readonly rows: number;
  /** Days of the window, some of which may be empty. */
  readonly days: number;
  /** Bars that were compared with a second source; default: none. */
  readonly compared?: number;
}

/**
 * The score of a data set out of all its findings: those of the readers, of the functions above, and of every day. Passed findings cost
 * nothing; rows that are missing count as looked at.
 */
export function summarizeQuality(findings: Iterable<QualityFinding>, size: DataSize): QualitySummary {
  const faulty = new Map<string, number>(Object.keys(CHECK_WEIGHTS).map((check) => [check, 0]));
  for (const { check, action, count } of findings) {
    if (action === 'passed') faulty.set(check, faulty.get(check) ?? 0);
    else faulty.set(check, (faulty.get(check) ?? 0) + (check === 'empty day' ? 1 : count));
  }
  const expected = size.rows + (faulty.get('gap') ?? 0) + (faulty.get('missing trade ids') ?? 0);
  const looked: Readonly<Record<string, number>> = { 'empty day': size.days, 'source disagreement': size.compared ?? 0 };
  const counts: CheckCount[] = [...faulty].map(([check, count]) => ({ check, faulty: count, rows: looked[check] ?? expected }));
  return { rows: size.rows, ...qualityScore(counts) };
}

function refuseFaults(what: string, table: Table, rules: Readonly<Record<string, ColumnRule>>): void {
  const faults = findColumnFaults(table, rules);
  if (faults.length > 0) throw new InvalidData(`${what}: ${faults.map(({ detail }) => detail).join('; ')}`);
}

function gapFinding(bars: Bars, periodMs: number, lead: number): QualityFinding {
  const gaps = findTimeGaps(bars.openTimeMs, periodMs).filter(({ afterRow }) => afterRow + 1 >= lead);
  const missing = gaps.reduce((sum, gap) => sum + gap.missing, 0);
  const places = gaps.slice(0, NAMED_PLACES).map((gap) => `${gap.missing} from ${new Date(gap.fromMs).toISOString()}`);
  return {
    ...finding('gap', missing > 0 ? 'flagged' : 'passed', missing),
    timeMs: gaps[0]?.fromMs ?? Number.NaN,
    detail: `${missing} bars missing in ${gaps.length} gaps between ${barCount(bars) - lead} bars${places.length > 0 ? `: ${places.join(', ')}${more(gaps.length)}` : ''}`,
  };
}

function ofRows(check: string, rows: readonly number[], of: { readonly timeMs: Float64Array; readonly what: string; readonly lead?: number }): QualityFinding {
  const { lead = 0 } = of;
  // Of the first `lead` rows only those that are told of count as looked at.
  const looked = of.timeMs.length - lead + rows.filter((row) => row < lead).length;
  const times = rows.slice(0, NAMED_PLACES).map((row) => of.timeMs[row] as number);
  const places = times.length > 0 ? `: ${times.map((timeMs) => new Date(timeMs).toISOString()).join(', ')}${more(rows.length)}` : '';
  return {
    ...finding(check, rows.length > 0 ? 'flagged' : 'passed', rows.length),
    timeMs: times[0] ?? Number.NaN,
    detail: `${rows.length} of ${looked} ${of.what}${places}`,
  };
}

function finding(check: string, action: QualityFinding['action'], count: number): QualityFinding {
  return { check, action, count, file: '', line: 0, timeMs: Number.NaN, detail: '' };
}

function more(count: number): string {
  return count > NAMED_PLACES ? ` and ${count - NAMED_PLACES} more` : '';
}

function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'unknown';
}
