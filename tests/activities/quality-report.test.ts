import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assessAgreement,
  assessBars,
  assessBarStationarity,
  assessFeatures,
  assessTrades,
  distributionTables,
  summarizeQuality,
} from '../../activities/quality-report.js';
import { qualityTable } from '../../activities/quality-table.js';
import type { Bars } from '../../core/data/bars.js';
import { barCount, barsFromTable, barsToTable } from '../../core/data/bars.js';
import { resampleBars } from '../../core/data/resample-bars.js';
import { float64Column, makeTable, sliceTable, takeRows, textColumn } from '../../core/data/table.js';
import { tradesToBars } from '../../core/data/trades-to-bars.js';
import { InvalidData, LookAheadLeak } from '../../core/errors.js';
import type { Feature } from '../../core/features/feature.js';
import { featureDistributions } from '../../core/features/feature-distributions.js';
import { makeRandom } from '../../core/stats/random.js';
import { checkTable } from '../../pipeline/check-table.js';
import type { QualityFinding } from '../../pipeline/market-source.js';
import { realTrades } from '../support/real-series.js';
import { walkBars } from '../support/synthetic-bars.js';
import { testData } from '../support/test-data.js';

const MINUTE_MS = 60_000;

const flagged = (findings: readonly QualityFinding[]): Readonly<Record<string, number>> =>
  Object.fromEntries(findings.filter(({ action }) => action !== 'passed').map(({ check, count }) => [check, count]));

/** 300 bars with two missing, one bad close, twelve frozen ones (of which one is idle) and a volume spike. */
function damagedBars(): Bars {
  const bars = walkBars(302, 5);
  bars.close[100]! *= 1.3;
  bars.high[100] = bars.close[100]!;
  for (let row = 200; row < 212; row++) for (const name of ['open', 'high', 'low', 'close'] as const) bars[name][row] = bars.close[199]!;
  bars.volume[205] = 0;
  bars.volume[280]! *= 1000;
  return barsFromTable(
    takeRows(
      barsToTable(bars),
      Array.from({ length: 302 }, (_, row) => row).filter((row) => row !== 150 && row !== 151),
    ),
  );
}

test('bars with known defects give a finding a check, with counts, first place and words', () => {
  const bars = damagedBars();
  const findings = assessBars(bars, { periodMs: MINUTE_MS });
  assert.deepEqual(flagged(findings), { gap: 2, 'bad close': 1, 'stale price': 12, 'zero volume': 1, 'volume spike': 1 });
  const [gap, close] = ['gap', 'bad close'].map((check) => findings.find((finding) => finding.check === check)!);
  assert.match(gap!.detail, /^2 bars missing in 1 gaps between 300 bars: 2 from 2024-01-01T02:30:00.000Z$/);
  assert.equal(close!.timeMs, bars.closeTimeMs[100]);
  checkTable(qualityTable(findings), 'ares.quality', 'quality');
});

test('a check that the reader reported is left out, so that no fault counts twice', () => {
  const bars = damagedBars();
  const reported = assessBars(bars, { periodMs: MINUTE_MS }).filter(({ check }) => check === 'gap' || check === 'zero volume');
  const rest = assessBars(bars, { periodMs: MINUTE_MS, reported });
  assert.deepEqual(flagged(rest), { 'bad close': 1, 'stale price': 12, 'volume spike': 1 });
});

test('the score of the findings is that of the definition, and whole bars have 100', () => {
  const summary = summarizeQuality(assessBars(damagedBars(), { periodMs: MINUTE_MS }), { rows: 300, days: 1 });
  // Of 302 rows: 2 missing, 1 bad close x 5, 12 stale, 1 idle x 0.1; the spike costs nothing.
  assert.ok(Math.abs(summary.score - (100 - (100 * (2 + 5 + 12 + 0.1)) / 302)) < 1e-9, `${summary.score}`);
  assert.equal(summary.checks.find(({ check }) => check === 'volume spike')!.lost, 0);
  assert.equal(summarizeQuality(assessBars(walkBars(500, 1), { periodMs: MINUTE_MS }), { rows: 500, days: 1 }).score, 100);
});

test('findings of days add up, an empty day counts as one of the days', () => {
  const finding = (check: string, action: QualityFinding['action'], count: number): QualityFinding => ({
    check,
    action,
    count,
    file: '',
    line: 0,
    timeMs: Number.NaN,
    detail: '',
  });
  const days = [
    finding('bad tick', 'flagged', 2),
    finding('trades', 'passed', 500),
    finding('bad tick', 'flagged', 3),
    finding('bad tick', 'passed', 0),
    finding('empty day', 'flagged', 0),
  ];
  const { score, checks } = summarizeQuality(days, { rows: 1000, days: 10 });
  const lost = (name: string): number => checks.find(({ check }) => check === name)!.lost;
  assert.deepEqual([lost('bad tick'), lost('empty day'), lost('trades'), score], [2.5, 10, 0, 87.5]);
});

test('a day of trades tells of bad ticks and of times that go back', () => {
  const random = makeRandom(1);
  const rows = 500;
  const price = Float64Array.from({ length: rows }, () => 2000 + random.normal());
  const timeMs = Float64Array.from({ length: rows }, (_, i) => 1000 * i);
  price[250] = 2100;
  timeMs[400] = 1;
  const day = { timeMs, price, id: timeMs.map((_, i) => i), quantity: new Float64Array(rows).fill(1) };
  day.id[300] = 299;
  const findings = assessTrades(makeTable(day));
  assert.deepEqual(flagged(findings), { disorder: 1, 'conflicting duplicate': 1, 'bad tick': 1 });
  assert.throws(
    () => assessTrades(makeTable({ ...day, quantity: new Float64Array(rows) })),
    (error) => error instanceof InvalidData && /trades: expected quantity above 0, found 0 in row 0 and 499 more/.test(error.message),
  );
  assert.equal(findings.find(({ check }) => check === 'bad tick')!.timeMs, 250_000);
  assert.deepEqual(flagged(assessTrades(sliceTable(makeTable(day), 0, 0))), {});
});

test('the real XRPETH trades hold no bad tick; their bars score 69 by the minute and 99 by five, for what is not there', {
  skip: testData === null && 'no real data',
}, () => {
  const trades = realTrades(testData!, 'XRPETH-spot-aggTrades-2019-10-11T000011_2019-10-13T111928.zip', 5);
  assert.deepEqual(flagged(assessTrades(trades)), {});
  const minutes = tradesToBars(makeTable({ ...trades.columns, buyerIsMaker: new Uint8Array(trades.rowCount) }), MINUTE_MS);
  const scoreOf = (bars: Bars, periodMs: number): number => summarizeQuality(assessBars(bars, { periodMs }), { rows: barCount(bars), days: 3 }).score;
  const fives = resampleBars(minutes, 5 * MINUTE_MS);
  assert.equal(flagged(assessBars(minutes, { periodMs: MINUTE_MS }))['gap'], 1091);
  assert.deepEqual([scoreOf(minutes, MINUTE_MS), scoreOf(fives, 5 * MINUTE_MS)].map(Math.floor), [69, 99]);
});

test('log closes of a walk have a unit root and its returns none; mean-reverting closes are flagged', () => {
  assert.deepEqual(
    assessBarStationarity(walkBars(1000, 3)).map(({ action }) => action),
    ['passed', 'passed'],
  );
  const bars = walkBars(1000, 3);
  const random = makeRandom(4);
  const [level] = assessBarStationarity({ ...bars, close: bars.close.map(() => 100 * Math.exp(0.01 * random.normal())) });
  assert.equal(level!.action, 'flagged');
  assert.match(level!.detail, /^stationary, expected unit root: Dickey-Fuller -/);
});

test('a second source that agrees passes; a scaled one counts every bar', () => {
  const bars = walkBars(300, 1);
  assert.equal(assessAgreement(bars, bars, { periodMs: MINUTE_MS, name: 'rest' }).action, 'passed');
  const scaled = assessAgreement(bars, { ...bars, close: bars.close.map((close) => close * 1.05) }, { periodMs: MINUTE_MS, name: 'rest' });
  assert.deepEqual([scaled.check, scaled.action, scaled.count], ['source disagreement', 'flagged', 300]);
  assert.match(scaled.detail, /^rest: scaled; 300 common bars; shift 0 bars; .*price scale 1.05/);
});

test('features pass, or end the step with the name of the column that is poisoned', () => {
  const bars = walkBars(400, 1);
  const context = { regimes: null, funding: null };
  const of = (name: string, compute: Feature['compute']): Feature => ({
    name,
    inputs: ['close'],
    warmUp: 1,
    range: [-1, 1],
    source: 'test',
    set: 'all',
    compute,
  });
  const good = of('good', ({ close }) => close.map((value, t) => Math.log(value / (close[t - 1] ?? Number.NaN))));
  const assess = (...catalog: readonly Feature[]): readonly QualityFinding[] =>
    assessFeatures({ names: catalog.map(({ name }) => name), columns: catalog.map(({ compute }) => compute(bars, context)) }, catalog, {
      bars,
      context,
      random: makeRandom(1),
    });
  const flat = of('flat', ({ close }) => close.map(() => 0));
  assert.deepEqual(flagged(assess(good, flat)), { 'constant feature': 400 });
  assert.throws(
    () =>
      assess(
        good,
        of('wild', ({ close }) => close.map((value) => value)),
      ),
    (error) => error instanceof InvalidData && /expected wild in \[-1, 1\], found/.test(error.message),
  );
  assert.throws(
    () =>
      assess(
        good,
        of('ahead', ({ close }) => close.map((value, t) => Math.log((close[t + 1] ?? value) / value))),
      ),
    (error) => error instanceof LookAheadLeak && /feature ahead/.test(error.message),
  );
});

test('distributions become a row a bin and a row a feature and window', () => {
  const random = makeRandom(2);
  const column = Float64Array.from({ length: 300 }, (_, row) => random.normal() + (row >= 200 ? 5 : 0));
  const windows = [
    { name: 'train', from: 0, to: 200 },
    { name: '2024-02', from: 200, to: 300 },
  ];
  const { histograms, drift } = distributionTables(featureDistributions({ names: ['x'], columns: [column] }, windows[0]!, windows));
  assert.deepEqual([histograms.rowCount, drift.rowCount], [20, 2]);
  assert.deepEqual(
    [textColumn(drift, 'window'), Array.from(drift.columns['shifted'] as Uint8Array)],
    [
      ['train', '2024-02'],
      [0, 1],
    ],
  );
  assert.deepEqual([float64Column(histograms, 'above')[0], float64Column(histograms, 'upTo')[9]], [Number.NaN, Number.NaN]);
  assert.equal(float64Column(histograms, 'above')[1], float64Column(histograms, 'upTo')[0]);
});
