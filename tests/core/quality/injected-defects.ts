/** Known defects put into real series at random places: what each check finds of them, and what it flags beside them. */
import type { Bars } from '../../../core/data/bars.js';
import { barCount, barsToTable, sliceBars } from '../../../core/data/bars.js';
import type { Table } from '../../../core/data/table.js';
import { float64Column, makeTable, takeRows } from '../../../core/data/table.js';
import { BAR_SCREEN, findBarOutliers } from '../../../core/quality/bar-outliers.js';
import { compareSources, SOURCE_TOLERANCE } from '../../../core/quality/compare-sources.js';
import { findIdGaps, findTimeGaps } from '../../../core/quality/gaps.js';
import { findBadPrices, TRADE_SCREEN } from '../../../core/quality/price-screen.js';
import { findStaleBars } from '../../../core/quality/price-runs.js';
import { findDisorder, findDuplicates } from '../../../core/quality/row-order.js';
import type { Random } from '../../../core/stats/random.js';
import { makeRandom } from '../../../core/stats/random.js';
import { realBars, realTrades } from '../../support/real-series.js';

export interface DefectRow {
  readonly series: string;
  readonly defect: string;
  readonly injected: number;
  readonly found: number;
  /** Rows (or windows) without a defect, and those of them that were flagged. */
  readonly clean: number;
  readonly flagged: number;
}

const MINUTE_MS = 60_000;
const PLACES = 200;

/** Every defect in every series; the same each time. */
export function injectDefects(folder: string): readonly DefectRow[] {
  const trades = {
    'XRPETH spot trades': realTrades(folder, 'XRPETH-spot-aggTrades-2019-10-11T000011_2019-10-13T111928.zip', 5),
    'ETHUSDT perpetual trades': realTrades(folder, 'ETHUSDT-um-trades-2024-08-08T235416_2024-08-09T000000.zip', 4),
    'ETHUSDT spot trades': realTrades(folder, 'ETHUSDT-spot-trades-2024-08-08T235415_2024-08-09T000505.zip', 4),
  };
  const bars = {
    'ETHUSDT 1m bars': realBars(folder, 'ETHUSDT-perp-1m-2025-05-04_2025-06-15.csv.gz', MINUTE_MS),
    'SOLUSDT 1m bars': realBars(folder, 'SOLUSDT-perp-1m-2025-05-04_2025-06-03.csv.gz', MINUTE_MS),
    'SOLUSDT 15m bars': realBars(folder, 'SOLUSDT-perp-15m-2025-03-06_2025-04-07.csv.gz', 15 * MINUTE_MS),
  };
  return [
    ...Object.entries(trades).flatMap(([series, table], k) => tradeDefects(table, makeRandom(100 + k)).map((row) => ({ series, ...row }))),
    ...Object.entries(bars).flatMap(([series, table], k) => barDefects(table, makeRandom(200 + k)).map((row) => ({ series, ...row }))),
  ];
}

/** The table of docs/quality.md. */
export function defectTable(rows: readonly DefectRow[]): string {
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(whole > 1000 ? 3 : 1)} %`;
  return [
    '| series | injected | places | found | recall | flagged beside them | false positive rate |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(
      (r) =>
        `| ${r.series} | ${r.defect} | ${r.injected} | ${r.found} | ${percent(r.found, r.injected)} | ${r.flagged} of ${r.clean} | ${percent(r.flagged, r.clean)} |`,
    ),
  ].join('\n');
}

type Found = Omit<DefectRow, 'series'>;

function tradeDefects(table: Table, random: Random): readonly Found[] {
  const [timeMs, price] = [float64Column(table, 'timeMs'), float64Column(table, 'price')];
  const rows = table.rowCount;
  const badTicks = [0.01, 0.02, 0.05, 9].map((size) => {
    const at = places(random, { rows, count: PLACES, apart: 10 });
    const damaged = price.slice();
    for (const row of at) damaged[row] = price[row]! * (random.uniform() < 0.5 ? 1 + size : 1 / (1 + size));
    const name = size === 9 ? 'bad tick, decimal point off by one' : `bad tick of ${100 * size} %`;
    return compare(name, { at, found: findBadPrices(damaged, TRADE_SCREEN), rows });
  });
  const burst = new Set([...places(random, { rows, count: PLACES, apart: 20 })].flatMap((row) => [row, row + 1, row + 2]));
  const bursts = price.slice();
  for (const row of burst) bursts[row] = price[row]! * 1.02;
  const gapsAt = places(random, { rows, count: PLACES, apart: 25 });
  const missing = new Set([...gapsAt].flatMap((row) => Array.from({ length: 1 + random.below(20) }, (_, k) => row + k)));
  const kept = Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !missing.has(row));
  const left = takeRows(table, kept);
  const gaps = findIdGaps(float64Column(left, 'id'), float64Column(left, 'timeMs'));
  const lateAt = places(random, { rows, count: PLACES, apart: 10 });
  const late = timeMs.slice();
  for (const row of lateAt) late[row] = late[row - 1]! - 1 - random.below(5000);
  return [
    ...badTicks,
    compare('three bad ticks of 2 % in a row', { at: burst, found: findBadPrices(bursts, TRADE_SCREEN), rows }),
    compare('gap of 1 to 20 ids', { at: gapsAt, found: gaps.map(({ afterRow }) => kept[afterRow]! + 1), rows: kept.length }),
    ...duplicateDefects(table, { key: 'id', column: 'price', random }),
    compare('time before the one before it', { at: lateAt, found: findDisorder(late), rows }),
  ];
}

function barDefects(bars: Bars, random: Random): readonly Found[] {
  const rows = barCount(bars);
  const count = Math.min(PLACES, Math.floor(rows / 40));
  const badTicks = [0.02, 0.05, 0.1].map((size) => {
    const at = places(random, { rows, count, apart: 10 });
    const damaged = { ...bars, high: bars.high.slice(), low: bars.low.slice(), close: bars.close.slice() };
    for (const row of at) {
      const bad = bars.close[row]! * (random.uniform() < 0.5 ? 1 + size : 1 / (1 + size));
      // One trade of a bar is its last one in a quarter of the cases, so that the close is bad too.
      if (random.uniform() < 0.25) damaged.close[row] = bad;
      damaged.high[row] = Math.max(bad, damaged.high[row]!);
      damaged.low[row] = Math.min(bad, damaged.low[row]!);
    }
    const { closes, wicks } = findBarOutliers(damaged, BAR_SCREEN);
    return compare(`bad tick of ${100 * size} % in a bar`, { at, found: [...closes, ...wicks], rows });
  });
  const periodMs = bars.closeTimeMs[0]! - bars.openTimeMs[0]!;
  const gapsAt = places(random, { rows, count, apart: 15 });
  const missing = new Set([...gapsAt].flatMap((row) => Array.from({ length: 1 + random.below(10) }, (_, k) => row + k)));
  const kept = Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !missing.has(row));
  const gaps = findTimeGaps(float64Column(takeRows(barsToTable(bars), kept), 'openTimeMs'), periodMs);
  const staleAt = places(random, { rows, count: Math.floor(count / 4), apart: 40 });
  const stale = new Set([...staleAt].flatMap((row) => Array.from({ length: 15 }, (_, k) => row + k)));
  const frozen = { ...bars, open: bars.open.slice(), high: bars.high.slice(), low: bars.low.slice(), close: bars.close.slice() };
  for (const row of stale) for (const name of ['open', 'high', 'low', 'close'] as const) frozen[name][row] = frozen.close[row - 1]!;
  return [
    ...badTicks,
    compare('gap of 1 to 10 bars', { at: gapsAt, found: gaps.map(({ afterRow }) => kept[afterRow]! + 1), rows: kept.length }),
    ...duplicateDefects(barsToTable(bars), { key: 'openTimeMs', column: 'close', random }),
    compare('price frozen for 15 bars', { at: stale, found: findStaleBars(frozen), rows }),
    ...sourceDefects(bars, periodMs, random),
  ];
}

/** Copies of windows as a second source: with noise alone, scaled, shifted by one bar, and with values of another time. */
function sourceDefects(bars: Bars, periodMs: number, random: Random): readonly Found[] {
  const windows = 50;
  const length = 500;
  const copy = (window: Bars, change: { readonly scale?: number; readonly shift?: number }): Bars => ({
    ...window,
    openTimeMs: window.openTimeMs.map((timeMs) => timeMs + (change.shift ?? 0) * periodMs),
    close: window.close.map((close) => close * (change.scale ?? 1) * Math.exp(0.0002 * random.normal())),
  });
  const flagged = (change: (window: Bars) => Bars): number =>
    Array.from({ length: windows }, () => bars)
      .map((whole) => {
        const from = random.below(barCount(whole) - 2 * length);
        return sliceBars(whole, from, from + length);
      })
      .filter((window) => compareSources(window, change(window), { ...SOURCE_TOLERANCE, periodMs }).faults.length > 0).length;
  const clean = flagged((window) => copy(window, {}));
  const row = (defect: string, found: number): Found => ({ defect, injected: windows, found, clean: windows, flagged: clean });
  return [
    row(
      'second source scaled by 1.005 (within the tolerance)',
      flagged((window) => copy(window, { scale: 1.005 })),
    ),
    row(
      'second source scaled by 1.02',
      flagged((window) => copy(window, { scale: 1.02 })),
    ),
    row(
      'second source one bar late',
      flagged((window) => copy(window, { shift: 1 })),
    ),
    row(
      'second source one bar early',
      flagged((window) => copy(window, { shift: -1 })),
    ),
    row(
      'second source of another time',
      flagged((window) => ({ ...copy(window, {}), close: window.close.slice().reverse() })),
    ),
  ];
}

/** Rows put in a second time right after themselves: half as they are, half with another value in one column. */
function duplicateDefects(table: Table, { key, column, random }: { readonly key: string; readonly column: string; readonly random: Random }): readonly Found[] {
  const at = places(random, { rows: table.rowCount, count: Math.min(PLACES, Math.floor(table.rowCount / 20)), apart: 2 });
  const order = Array.from({ length: table.rowCount }, (_, row) => (at.has(row) ? [row, row] : [row])).flat();
  const doubled = takeRows(table, order);
  const second = order.flatMap((row, i) => (order[i - 1] === row ? [i] : []));
  const changed = float64Column(doubled, column).slice();
  const conflicts = new Set(second.filter((_, k) => k % 2 === 1));
  for (const row of conflicts) changed[row] = changed[row]! * 1.0001;
  const { exact, conflicting } = findDuplicates(makeTable({ ...doubled.columns, [column]: changed }), key);
  return [
    compare('row twice', { at: new Set(second.filter((row) => !conflicts.has(row))), found: exact, rows: doubled.rowCount }),
    compare('row twice with another price', { at: conflicts, found: conflicting, rows: doubled.rowCount }),
  ];
}

/** Random rows at least `apart` from one another, past the first 100 and before the last 50. */
function places(random: Random, { rows, count, apart }: { readonly rows: number; readonly count: number; readonly apart: number }): ReadonlySet<number> {
  const at = new Set<number>();
  const taken = new Uint8Array(rows);
  while (at.size < count) {
    const row = 100 + random.below(rows - 150);
    if (taken.subarray(row - apart, row + apart + 1).some((flag) => flag === 1)) continue;
    taken[row] = 1;
    at.add(row);
  }
  return at;
}

function compare(defect: string, { at, found, rows }: { readonly at: ReadonlySet<number>; readonly found: readonly number[]; readonly rows: number }): Found {
  const hits = found.filter((row) => at.has(row)).length;
  return { defect, injected: at.size, found: hits, clean: rows - at.size, flagged: found.length - hits };
}
