/** The result on the test segment, its validation, and the data it rests on, read from the steps' artifacts. */
import type { BacktestResult } from '../core/backtest/backtest-result.js';
import type { BacktestSummary } from '../core/backtest/summarize-backtest.js';
import { summarizeBacktest } from '../core/backtest/summarize-backtest.js';
import type { SourceDescription } from '../core/data/source-description.js';
import { float64Column, int32Column, textColumn } from '../core/data/table.js';
import { PipelineError } from '../pipeline/errors.js';
import { monthOf } from '../pipeline/months.js';
import type { StepId } from '../pipeline/steps/index.js';
import { fineBarsName } from './fine-bars.js';
import { drawdownChart, equityChart, equitySeries, pathCharts, windowChart } from './report-charts.js';
import type { FigureCollector } from './report-figures.js';
import { sourceOf } from './report-figures.js';
import type { ReportWork } from './report-work.js';
import { addJson, originOf, shown } from './report-work.js';
import type { QualitySummary } from './quality-report.js';
import type { ScenarioResult } from './monte-carlo-validation.js';

/** The strategy and its baselines on the test segment. */
export interface TestOutcome {
  readonly strategy: BacktestResult;
  readonly buyAndHold: BacktestResult;
  readonly flat: BacktestResult;
}

/** Quality findings that the report prints in full; the artifact has all of them. */
const MAX_FINDINGS = 40;

/**
 * Test result beside buy-and-hold and flat, with costs, turnover and funding.
 * @throws PipelineError IntegrityError when step 14 stored another equity curve for the same chain and bars
 */
export async function addTestSection(
  work: ReportWork,
  test: TestOutcome,
): Promise<{ readonly strategy: BacktestSummary; readonly buyAndHold: BacktestSummary }> {
  const { inputs, parameters, collector } = work;
  const section = 'Test';
  const stored = float64Column(await inputs.table('monte-carlo-validation', 'equity', 'ares.equity'), 'equity');
  const { equity } = test.strategy.equity;
  if (stored.length !== equity.length || stored.some((value, i) => value !== equity[i])) {
    throw new PipelineError(
      'IntegrityError',
      `Invariant: the test segment's equity differs from monte-carlo-validation/equity (${equity.length} and ${stored.length} points, last ${equity.at(-1)} and ${stored.at(-1)})`,
    );
  }
  const own = originOf(work, section, { step: 'monte-carlo-validation', name: 'trades' });
  // Bars of several months: the figure leads to the last of them, and its manifest to the others.
  const bars = originOf(work, section, { step: 'market-regime-classification', name: fineBarsName(monthOf(parameters.chain.segments.test.toMs - 1)) });
  const { periodMs } = parameters.chain;
  const summaries = {
    strategy: summarizeBacktest(test.strategy, periodMs),
    buyAndHold: summarizeBacktest(test.buyAndHold, periodMs),
    flat: summarizeBacktest(test.flat, periodMs),
  };
  collector.add(own, 'test begins', { value: parameters.chain.segments.test.fromMs, unit: 'ms UTC' });
  collector.add(own, 'test ends', { value: parameters.chain.segments.test.toMs, unit: 'ms UTC' });
  collector.add({ section, source: 'plan/priorTestOpenings' }, 'models scored on this test segment, this one included', {
    value: parameters.priorTestOpenings + 1,
    unit: 'count',
  });
  collector.addJson(own, 'strategy', summaries.strategy);
  collector.addJson(bars, 'buy and hold', summaries.buyAndHold);
  collector.addJson(bars, 'flat', summaries.flat);
  collector.tables.push(comparisonTable(section, summaries));
  const curves = [equitySeries('strategy', test.strategy.equity), equitySeries('buy and hold', test.buyAndHold.equity)];
  const { source: equitySource } = originOf(work, section, { step: 'monte-carlo-validation', name: 'equity' });
  const charts = [equityChart(section, 'Equity after costs, beside buy-and-hold', curves), drawdownChart(section, 'Drawdown', curves)];
  collector.addCharts([equitySource, bars.source], ...charts);
  return summaries;
}

const COMPARED = [
  ['net return', 'netReturn'],
  ['Sharpe ratio, annualised', 'sharpe'],
  ['Sortino ratio', 'sortino'],
  ['largest drawdown', 'maxDrawdown'],
  ['trades', 'trades'],
  ['hit rate', 'hitRate'],
  ['gross profit', 'grossPnl'],
  ['fees', 'fees'],
  ['slippage', 'slippage'],
  ['funding paid', 'funding'],
  ['net profit', 'netPnl'],
  ['turnover (times capital)', 'turnover'],
  ['time in the market', 'exposure'],
] as const satisfies readonly (readonly [string, keyof BacktestSummary])[];

function comparisonTable(
  section: string,
  of: { readonly strategy: BacktestSummary; readonly buyAndHold: BacktestSummary; readonly flat: BacktestSummary },
): FigureCollector['tables'][number] {
  const rows = COMPARED.map(([title, key]) => [title, shown(of.strategy[key]), shown(of.buyAndHold[key]), shown(of.flat[key])]);
  return {
    section,
    title: 'Beside the baselines, same bars and same costs (fractions of the initial capital)',
    header: ['', 'strategy', 'buy and hold', 'flat'],
    rows,
  };
}

/** Walk-forward windows, Monte Carlo and A/B test; returns the verdict's words. */
export async function addValidationSections(work: ReportWork): Promise<{ readonly verdict: string; readonly reason: string }> {
  const { inputs, collector } = work;
  const windows = await inputs.table('walk-forward-validation', 'windows', 'ares.walk-forward');
  await addJson(work, 'Walk-forward', { step: 'walk-forward-validation', name: 'summary' });
  const origin = originOf(work, 'Walk-forward', { step: 'walk-forward-validation', name: 'windows' });
  const from = float64Column(windows, 'testFromMs');
  for (const column of ['netReturn', 'buyAndHoldReturn', 'sharpe', 'maxDrawdown', 'auc', 'regimeAgreement']) {
    float64Column(windows, column).forEach((value, i) =>
      collector.addJson(origin, `test from ${new Date(from[i] as number).toISOString().slice(0, 16)}Z`, { [column]: Number.isFinite(value) ? value : null }),
    );
  }
  for (const name of inputs.names('walk-forward-validation', 'window/')) {
    const window = await inputs.json<{ readonly status: string; readonly reason: string | null }>('walk-forward-validation', name);
    if (window.status === 'insufficient')
      collector.insufficient.push(`Walk-forward, ${name.slice('window/'.length)}: insufficient (${window.reason ?? 'no reason given'})`);
  }
  collector.addCharts([origin.source], windowChart('Walk-forward', windows));

  await addJson(work, 'Monte Carlo', { step: 'monte-carlo-validation', name: 'risk' });
  const scenarios = (await addJson(work, 'Monte Carlo', {
    step: 'monte-carlo-validation',
    name: 'scenarios',
    prefix: 'scenario',
  })) as readonly ScenarioResult[];
  collector.tables.push(scenarioTable(scenarios));
  const { source: pathSource } = originOf(work, 'Monte Carlo', { step: 'monte-carlo-validation', name: 'paths' });
  collector.addCharts([pathSource], ...pathCharts('Monte Carlo', await inputs.table('monte-carlo-validation', 'paths', 'ares.paths')));

  const verdict = (await addJson(work, 'A/B test', { step: 'ab-testing', name: 'verdict' })) as { readonly verdict?: unknown; readonly reason?: unknown };
  const curves = await Promise.all(
    (['challenger', 'champion'] as const).map(async (name) => equitySeries(name, await inputs.table('ab-testing', `${name}-equity`, 'ares.equity'))),
  );
  const sources = (['challenger', 'champion'] as const).map((name) => sourceOf('ab-testing', inputs.ref('ab-testing', `${name}-equity`)));
  collector.addCharts(sources, equityChart('A/B test', 'Challenger (this chain) and champion', curves));
  return { verdict: String(verdict.verdict ?? 'unknown'), reason: typeof verdict.reason === 'string' ? verdict.reason : '' };
}

function scenarioTable(scenarios: readonly ScenarioResult[]): FigureCollector['tables'][number] {
  const rows = scenarios.map((one) => [
    one.id,
    String(one.paths),
    shown(one.meanReturn),
    shown(one.worstReturn),
    shown(one.worstDrawdown),
    shown(one.meanBuyAndHoldReturn),
    shown(one.meanTrades),
  ]);
  return {
    section: 'Monte Carlo',
    title: 'Stress scenarios: the test\u2019s bars changed, the chain replayed',
    header: ['scenario', 'paths', 'mean return', 'worst return', 'worst drawdown', 'buy and hold, mean', 'trades, mean'],
    rows,
  };
}

/** Data and quality, regimes, labels. */
export async function addDataSections(work: ReportWork): Promise<SourceDescription> {
  const { inputs, collector } = work;
  const source = (await addJson(work, 'Data and quality', { step: 'data-collection', name: 'source' })) as SourceDescription;
  await addQuality(work);
  await addJson(work, 'Regimes', { step: 'market-regime-classification', name: 'regime-summary' });
  await addJson(work, 'Regimes', { step: 'regime-data-splitting', name: 'split', prefix: 'split' });
  await addJson(work, 'Labels and features', { step: 'analyst-labeling-feature-engineering', name: 'label-choice', prefix: 'barriers' });
  await addLabelCounts(work, { step: 'analyst-labeling-feature-engineering', schema: 'ares.labels', prefix: 'analyst' });
  await addLabelCounts(work, { step: 'tactician-labeling', schema: 'ares.tactician-labels', prefix: 'tactician' });
  await addJson(work, 'Labels and features', { step: 'tactician-labeling', name: 'rules', prefix: 'tactician rules' });
  const pruning = await inputs.table('analyst-labeling-feature-engineering', 'pruning', 'ares.pruning');
  const kept = pruning.columns['kept'] as Uint8Array;
  const origin = originOf(work, 'Labels and features', { step: 'analyst-labeling-feature-engineering', name: 'pruning' });
  collector.add(origin, 'candidate features', { value: kept.length, unit: 'count' });
  collector.add(origin, 'features kept on train', { value: kept.reduce((sum, flag) => sum + flag, 0), unit: 'count' });
  return source;
}

/** The findings of the whole window, of the minute bars and of the features; those of single days stay in their own tables. */
const QUALITY_TABLES = [
  { step: 'data-collection', name: 'quality', of: 'data' },
  { step: 'market-regime-classification', name: 'quality', of: 'bars' },
  { step: 'analyst-labeling-feature-engineering', name: 'feature-quality', of: 'features' },
] as const;

async function addQuality(work: ReportWork): Promise<void> {
  const { inputs, collector } = work;
  const section = 'Data and quality';
  const rows: string[][] = [];
  const summary = originOf(work, section, { step: 'data-collection', name: 'quality-summary' });
  const { score } = await inputs.json<QualitySummary>('data-collection', 'quality-summary');
  collector.add(summary, 'quality score (0 to 100)', { value: score, unit: 'points' });
  for (const { step, name, of } of QUALITY_TABLES) {
    const table = await inputs.table(step, name, 'ares.quality');
    const text = (column: string, row: number): string => textColumn(table, column)[row] as string;
    const count = int32Column(table, 'count');
    const origin = originOf(work, section, { step, name });
    for (let i = 0; i < table.rowCount; i++) {
      const file = text('file', i) === '' ? '' : ` (${text('file', i).split('/').at(-1)})`;
      collector.add(origin, `${of}: ${text('check', i)}, ${text('action', i)}${file}`, { value: count[i] as number, unit: 'count' });
      if (text('action', i) !== 'passed') rows.push([of, text('check', i), text('action', i), String(count[i]), text('detail', i)]);
    }
  }
  const title = rows.length > MAX_FINDINGS ? `Repaired or flagged: the first ${MAX_FINDINGS} of ${rows.length} findings` : 'Repaired or flagged';
  if (rows.length > 0) collector.tables.push({ section, title, header: ['of', 'check', 'action', 'count', 'detail'], rows: rows.slice(0, MAX_FINDINGS) });
}

/** Labelled rows, share of class 1 and sum of uniqueness of each segment. */
async function addLabelCounts(
  work: ReportWork,
  of: { readonly step: StepId; readonly schema: 'ares.labels' | 'ares.tactician-labels'; readonly prefix: string },
): Promise<void> {
  const labels = await work.inputs.table(of.step, 'labels', of.schema);
  const origin = originOf(work, 'Labels and features', { step: of.step, name: 'labels' });
  const segment = textColumn(labels, 'segment');
  const label = float64Column(labels, 'label');
  const uniqueness = float64Column(labels, 'uniqueness');
  for (const name of ['train', 'calibration', 'selection']) {
    const rows = segment.map((_, i) => i).filter((i) => segment[i] === name && Number.isFinite(label[i]));
    const sum = (values: Float64Array): number => rows.reduce((total, i) => total + (Number.isFinite(values[i]) ? (values[i] as number) : 0), 0);
    work.collector.add(origin, `${of.prefix} labels, ${name}`, { value: rows.length, unit: 'count' });
    work.collector.add(origin, `${of.prefix} labels, ${name}: share of class 1`, {
      value: rows.length === 0 ? null : sum(label) / rows.length,
      unit: 'fraction',
    });
    work.collector.add(origin, `${of.prefix} labels, ${name}: sum of uniqueness`, { value: sum(uniqueness), unit: 'effective rows' });
  }
}
