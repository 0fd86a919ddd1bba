/** The report's charts from tables and backtests. Pure. */
import type { EquityCurve } from '../core/backtest/backtest-result.js';
import type { Table } from '../core/data/table.js';
import { float64Column, int32Column, textColumn } from '../core/data/table.js';
import type { ReportChart, ReportSeries } from '../pipeline/report.js';

/** A chart before the report says what it was read from. */
export type PlainChart = Omit<ReportChart, 'sources'>;

const HISTOGRAM_BARS = 40;
/** Fewer paths than this make no distribution: the figures say more. */
const LEAST_PATHS = 50;

/** Time and equity of a curve or of a table of schema ares.equity. */
export function equitySeries(name: string, curve: Pick<EquityCurve, 'timeMs' | 'equity'> | Table): ReportSeries {
  const [timeMs, equity] = 'columns' in curve ? [float64Column(curve, 'timeMs'), float64Column(curve, 'equity')] : [curve.timeMs, curve.equity];
  return { name, x: Array.from(timeMs), y: Array.from(equity) };
}

/** Equity curves over time. */
export function equityChart(section: string, title: string, series: readonly ReportSeries[]): PlainChart {
  return { section, title, xTitle: '', yTitle: 'equity, 1 at the start', xType: 'time', kind: 'line', series };
}

/** Each curve as its fraction below the highest value so far (0 at a peak, negative below it). */
export function drawdownChart(section: string, title: string, series: readonly ReportSeries[]): PlainChart {
  const drawdowns = series.map(({ name, x, y }) => {
    let peak = Number.NEGATIVE_INFINITY;
    const fractions = y.map((value) => {
      peak = Math.max(peak, value);
      return value / peak - 1;
    });
    return { name, x, y: fractions };
  });
  return { section, title, xTitle: '', yTitle: 'fraction below the peak', xType: 'time', kind: drawdowns.length === 1 ? 'area' : 'line', series: drawdowns };
}

/** Reliability of one model on one segment, a line a method, from a table of schema ares.reliability; bins without rows are left out. */
export function reliabilityChart(section: string, reliability: Table, model: string): PlainChart {
  const models = textColumn(reliability, 'model');
  const methods = textColumn(reliability, 'method');
  const count = int32Column(reliability, 'count');
  const prediction = float64Column(reliability, 'meanPrediction');
  const observed = float64Column(reliability, 'observedRate');
  const rows = models.map((_, i) => i).filter((i) => models[i] === model && (count[i] as number) > 0);
  const series = [...new Set(rows.map((i) => methods[i] as string))].map((name) => {
    const own = rows.filter((i) => methods[i] === name).sort((a, b) => (prediction[a] as number) - (prediction[b] as number));
    return { name, x: own.map((i) => prediction[i] as number), y: own.map((i) => observed[i] as number) };
  });
  return {
    section,
    title: `Reliability of the ${model} on selection`,
    xTitle: 'mean prediction',
    yTitle: 'observed rate',
    xType: 'number',
    kind: 'reliability',
    series,
  };
}

/**
 * Net return of each window's test beside buy-and-hold, from a table of schema ares.walk-forward: the strategy fills the
 * first half of the test's span, buy-and-hold the second.
 */
export function windowChart(section: string, windows: Table): PlainChart {
  const from = float64Column(windows, 'testFromMs');
  const to = float64Column(windows, 'testToMs');
  const half = (name: string, column: string, offset: 0 | 0.5): ReportSeries => {
    const edges = [...from].flatMap((start, i) => [offset, offset + 0.5].map((share) => start + share * ((to[i] as number) - start)));
    return { name, x: edges, y: [...float64Column(windows, column)].flatMap((value) => [value, 0]) };
  };
  return {
    section,
    title: 'Return of each window\u2019s test',
    xTitle: '',
    yTitle: 'net return',
    xType: 'time',
    kind: 'bar',
    series: [half('strategy', 'netReturn', 0), half('buy and hold', 'buyAndHoldReturn', 0.5)],
  };
}

/** Counts of `values` in equal bars over their range; the last edge closes the last bar with a count of 0. */
export function histogram(name: string, values: Float64Array): ReportSeries {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const width = high > low ? (high - low) / HISTOGRAM_BARS : 1;
  const counts = new Array<number>(high > low ? HISTOGRAM_BARS : 1).fill(0);
  for (const value of values) {
    const bar = Math.min(counts.length - 1, Math.floor((value - low) / width));
    counts[bar] = (counts[bar] as number) + 1;
  }
  return { name, x: [...counts.map((_, i) => low + i * width), low + counts.length * width], y: [...counts, 0] };
}

/** Distribution of total returns of each scenario with at least 50 paths, a chart a scenario, from a table of schema ares.paths. */
export function pathCharts(section: string, paths: Table): readonly PlainChart[] {
  const scenario = textColumn(paths, 'scenario');
  const totalReturn = float64Column(paths, 'totalReturn');
  return [...new Set(scenario)].flatMap((name) => {
    const values = totalReturn.filter((_, i) => scenario[i] === name);
    if (values.length < LEAST_PATHS) return [];
    return {
      section,
      title: `Total return of ${values.length} paths: ${name}`,
      xTitle: 'total return',
      yTitle: 'paths',
      xType: 'number' as const,
      kind: 'bar' as const,
      series: [histogram(name, values)],
    };
  });
}
