/** A report with every kind of chart, section and awkward text. */
import { makeRandom } from '../../../core/stats/random.js';
import type { Report, ReportSeries } from '../../../pipeline/report.js';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2024, 0, 1);
const HASH = 'a1'.repeat(32);

const ARTIFACTS = [
  ['data-collection', 'source'],
  ['analyst-specialist-training', 'scores'],
  ['confidence-calibration', 'reliability'],
  ['monte-carlo-validation', 'equity'],
  ['monte-carlo-validation', 'paths'],
  ['monte-carlo-validation', 'trades'],
] as const;

/** A random walk of `count` points, 15 minutes apart. */
export function walkSeries(name: string, seed: number, count: number): ReportSeries {
  const random = makeRandom(seed);
  let level = 1;
  const y = Array.from({ length: count }, () => (level *= 1 + 0.004 * (random.uniform() - 0.5)));
  return { name, x: y.map((_, i) => START_MS + i * (DAY_MS / 96)), y };
}

/** The sample. */
export function sampleReport(): Report {
  const strategy = walkSeries('strategy', 1, 600);
  const hold = walkSeries('buy and hold', 2, 600);
  const bins = [0.35, 0.42, 0.48, 0.53, 0.58, 0.66];
  const edges = Array.from({ length: 31 }, (_, i) => -0.15 + i * 0.01);
  return {
    schema: 'ares.report',
    title: 'ETHUSDT perp, 15m: training report',
    dataKind: 'SIMULATED',
    synthetic: true,
    summary: ['Test: net return 0.0123 over 6 days, buy-and-hold 0.031, flat 0.', 'A/B verdict: no verdict (track shorter than the minimum).'],
    figures: [
      { section: 'Test', name: 'net return', value: 0.012345678901234567, unit: 'fraction', source: `monte-carlo-validation/equity@${HASH}` },
      { section: 'Test', name: 'turnover', value: 17.25, unit: 'capital', source: `monte-carlo-validation/trades@${HASH}` },
      { section: 'Test', name: 'sharpe', value: null, unit: 'per sqrt(year)', source: `monte-carlo-validation/equity@${HASH}` },
      { section: 'Test', name: 'begins', value: START_MS, unit: 'ms UTC', source: `monte-carlo-validation/equity@${HASH}` },
      { section: 'Data', name: 'rows <of> "trades" & bars', value: 17_847_123, unit: 'rows', source: `data-collection/source@${HASH}` },
      { section: 'Test', name: 'models scored', value: 1, unit: 'count', source: 'plan/priorTestOpenings' },
      { section: 'Data', name: 'tiny', value: -1.5e-9, unit: '', source: `data-collection/source@${HASH}` },
      ...Array.from({ length: 30 }, (_, i) => ({
        section: 'Scores',
        name: `oof ${i}`,
        value: i / 7,
        unit: 'nats',
        source: `analyst-specialist-training/scores@${HASH}`,
      })),
    ],
    charts: [
      {
        section: 'Test',
        title: 'Equity beside buy-and-hold',
        xTitle: '',
        yTitle: 'equity',
        xType: 'time',
        kind: 'line',
        series: [strategy, hold],
        sources: [`monte-carlo-validation/equity@${HASH}`],
      },
      {
        section: 'Test',
        title: 'Drawdown',
        xTitle: '',
        yTitle: 'fraction below the peak',
        xType: 'time',
        kind: 'area',
        series: [{ name: 'strategy', x: strategy.x, y: strategy.y.map((_, i) => -Math.abs(Math.sin(i / 60)) * 0.05) }],
        sources: [`monte-carlo-validation/equity@${HASH}`],
      },
      {
        section: 'Calibration',
        title: 'Reliability on selection',
        xTitle: 'mean prediction',
        yTitle: 'observed rate',
        xType: 'number',
        kind: 'reliability',
        series: [
          { name: 'raw', x: bins, y: [0.2, 0.4, 0.55, 0.5, 0.62, 0.8] },
          { name: 'calibrated', x: bins, y: [0.33, 0.41, 0.5, 0.52, 0.6, 0.67] },
        ],
        sources: [`confidence-calibration/reliability@${HASH}`],
      },
      {
        section: 'Monte Carlo',
        title: 'Total return of bootstrap paths',
        xTitle: 'total return',
        yTitle: 'paths',
        xType: 'number',
        kind: 'bar',
        series: [{ name: 'bootstrap', x: edges, y: edges.map((edge) => Math.round(400 * Math.exp(-((edge - 0.01) ** 2) / 0.004))) }],
        sources: [`monte-carlo-validation/paths@${HASH}`],
      },
    ],
    artifacts: ARTIFACTS.map(([step, name]) => ({
      source: `${step}/${name}@${HASH}`,
      step,
      name,
      kind: 'table',
      schema: 'ares.sample',
      sha256: HASH,
      bytes: 1234,
      rows: name === 'source' ? null : 56,
      object: `objects/${HASH}`,
      command: `ares lineage ${step}/${name}@${HASH}`,
    })),
    tables: [
      {
        section: 'Data',
        title: 'Quality findings',
        header: ['check', 'action', 'count'],
        rows: [
          ['gap <script>', 'flagged', '3'],
          ['duplicate ids', 'repaired', '12'],
        ],
      },
    ],
    insufficient: ['calibration/tactician: identity (effective sample 12.4 below 30)'],
    lineage: { symbol: 'ETHUSDT', artifacts: { 'data-collection/source': HASH } },
  };
}
