import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { completeBars } from '../../activities/complete-bars.js';
import { fineBarRefs, fineBarsName, readFineBars } from '../../activities/fine-bars.js';
import { makeArtifactMemory, memoryInputs, memoryOutputs } from '../../activities/in-process-steps.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { writeFineMonths } from '../../activities/fine-months.js';
import type { FineMonths } from '../../activities/fine-months.js';
import { assessBars } from '../../activities/quality-report.js';
import type { Bars } from '../../core/data/bars.js';
import { barCount, barsFromTable, barsKnownBy, barsToTable, lowerBound, sliceBars, upperBound } from '../../core/data/bars.js';
import { joinExternal, joinPair } from '../../core/data/join-extras.js';
import { resampleBars } from '../../core/data/resample-bars.js';
import type { Table } from '../../core/data/table.js';
import { makeTable, takeRows } from '../../core/data/table.js';
import type { Imputation } from '../../core/quality/impute-bars.js';
import { joinQuotes } from '../../core/order-book/join-quotes.js';
import { makeRandom } from '../../core/stats/random.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { daysOf } from '../../pipeline/day-segments.js';
import { monthsOf, spanOfMonth } from '../../pipeline/months.js';
import { memoryText, planOf, runDataSteps } from './data-steps.js';
import { walkBars } from '../support/synthetic-bars.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A grid of six hours in place of minutes lets a few hundred bars reach over months. */
const GRID_MS = 6 * HOUR_MS;
const COARSE_MS = 60 * HOUR_MS;

interface World {
  readonly bars: Bars;
  readonly imputation: Imputation;
  readonly external: Table;
  readonly pair: Bars;
  readonly quotes?: readonly (readonly [day: string, table: Table])[];
}

/** Bars with holes, some of them longer than a month, bad prices, and a slower series and another asset beside them. */
function drawWorld(seed: number): World {
  const random = makeRandom(seed);
  const whole = walkBars(500, seed, GRID_MS);
  for (let row = 1; row < 500; row++) if (random.uniform() < 0.05) for (const name of ['high', 'close'] as const) whole[name][row]! *= 10;
  const hole = random.below(500);
  const length = random.below(260);
  const isKept = (row: number): boolean => (row < hole || row >= hole + length) && random.uniform() > 0.1;
  const kept = Array.from({ length: 500 }, (_, row) => row).filter(isKept);
  const timeMs = whole.closeTimeMs.filter((_, row) => row % 7 === 0);
  return {
    bars: barsFromTable(takeRows(barsToTable(whole), kept)),
    imputation: random.uniform() < 0.3 ? { method: 'none', maxBars: 1 } : { method: 'carry', maxBars: 1 + random.below(200) },
    external: makeTable({ timeMs, knownAtMs: timeMs.map((time) => time + 3 * HOUR_MS), value: timeMs.map(() => random.normal()) }),
    pair: walkBars(500, seed + 1, GRID_MS),
  };
}

/** Closes that are too small a fault to be repaired, prices that stand still, and bursts of volume. */
function spoil({ open, high, low, close, volume }: Bars, seed: number): void {
  const random = makeRandom(seed + 2);
  for (let row = 1; row < close.length; row++) {
    if (random.uniform() < 0.05) close[row]! *= 1.3;
    high[row] = Math.max(high[row]!, close[row]!);
    if (random.uniform() < 0.8 && row % 100 < 30) for (const column of [open, high, low, close]) column[row] = close[row - 1]!;
    if (random.uniform() < 0.02) volume[row]! *= 1000;
  }
}

interface Made {
  readonly memory: ArtifactMemory;
  readonly result: FineMonths;
  /** Tables read and months done, in order. */
  readonly events: readonly string[];
}

/** Step 2's minute bars of the world in the window, reported up to a time. */
async function make(world: World, window: { fromMs: number; toMs: number }, reportUntilMs = window.toMs): Promise<Made> {
  const memory = makeArtifactMemory();
  const collected = memoryOutputs(memory, 'data-collection');
  await collected.table('bars', 'ares.bars', barsToTable(world.bars));
  await collected.table('external/fear-greed', 'ares.external', world.external);
  await collected.table('pairs/OTHER', 'ares.bars', barsToTable(world.pair));
  for (const [day, table] of world.quotes ?? []) await collected.table(`quotes/${day}`, 'ares.quotes', table);
  const events: string[] = [];
  const inputs = memoryInputs(memory);
  const result = await writeFineMonths({
    parameters: {
      window,
      reportUntilMs,
      periodMs: COARSE_MS,
      finePeriodMs: GRID_MS,
      imputation: world.imputation,
      external: ['fear-greed'],
      pairs: ['OTHER'],
    },
    inputs: {
      ...inputs,
      table: async (...call: Parameters<typeof inputs.table>) => {
        events.push(call[1]);
        return inputs.table(...call);
      },
    },
    outputs: memoryOutputs(memory, 'market-regime-classification'),
    signal: { aborted: false, throwIfAborted: () => undefined },
    checkpoint: NO_CHECKPOINT,
    progress: (_: number, message: string) => events.push(message),
  } as never);
  return { memory, result, events };
}

/** The same at once, over the whole window: what the months must add up to. */
function atOnce({ bars, imputation, external, pair }: World, window: { fromMs: number; toMs: number }): { fine: Bars; coarse: Bars } {
  const inside = sliceBars(bars, lowerBound(bars.openTimeMs, window.fromMs), upperBound(bars.closeTimeMs, window.toMs));
  const complete = completeBars(resampleBars(inside, GRID_MS, window.toMs), { periodMs: GRID_MS, imputation }).bars;
  const fine = joinPair(joinExternal(complete, 'fear-greed', external.columns as never), 'OTHER', pair);
  return { fine, coarse: resampleBars(fine, COARSE_MS, window.toMs) };
}

function assertSameBars(actual: Bars, expected: Bars): void {
  assert.deepEqual(Object.keys(actual.extras).sort(), Object.keys(expected.extras).sort());
  const [a, b] = [barsToTable(actual).columns, barsToTable(expected).columns];
  for (const name of Object.keys(b)) assert.deepEqual(a[name], b[name], name);
}

/** Bars none of which was touched may do without the column that says so. */
function flagged(bars: Bars): Bars {
  return { ...bars, extras: { ...bars.extras, imputed: bars.extras['imputed'] ?? new Float64Array(barCount(bars)) } };
}

const windowOf = ({ bars }: World): { fromMs: number; toMs: number } => ({
  fromMs: bars.openTimeMs[0]! - GRID_MS,
  toMs: bars.closeTimeMs[barCount(bars) - 1]! + GRID_MS,
});

test('months made one after another are the whole window made at once, to the bit: gaps, repairs, joins and coarse bars over their borders', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
      const world = drawWorld(seed);
      const window = windowOf(world);
      const { memory, result } = await make(world, window);
      const { fine, coarse } = atOnce(world, window);
      const inputs = memoryInputs(memory);
      assert.deepEqual(inputs.names('market-regime-classification', 'bars-fine/'), monthsOf(window).map(fineBarsName));
      for (const month of monthsOf(window)) {
        const { fromMs, toMs } = spanOfMonth(month);
        const { openTimeMs } = barsFromTable(await inputs.table('market-regime-classification', fineBarsName(month), 'ares.bars'));
        assert.ok(
          openTimeMs.every((time) => time >= fromMs && time < toMs),
          month,
        );
      }
      assertSameBars(await readFineBars(inputs), fine);
      assertSameBars(result.bars, coarse);
      assert.equal(result.rows, barCount(world.bars));
    }),
    { numRuns: 60 },
  );
});

test('a walk-forward window, whose bars the run has completed, gets the very bars that it is scored on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
      const world = drawWorld(seed);
      const window = windowOf(world);
      const from = makeRandom(seed).below(200) * GRID_MS;
      const span = { fromMs: window.fromMs + from, toMs: window.toMs };
      const run = await readFineBars(memoryInputs((await make(world, window)).memory), span);
      fc.pre(barCount(run) > 0);
      assertSameBars(await readFineBars(memoryInputs((await make({ ...world, bars: run }, span)).memory)), run);
    }),
    { numRuns: 30 },
  );
});

test('a span is read from its months alone, and is the slice of the whole', async () => {
  const world = drawWorld(3);
  const { memory } = await make(world, windowOf(world));
  const inputs = memoryInputs(memory);
  const all = await readFineBars(inputs);
  const read: string[] = [];
  const watched = {
    ...inputs,
    table: async (...call: Parameters<typeof inputs.table>) => {
      read.push(call[1]);
      return inputs.table(...call);
    },
  };
  const [fromMs, toMs] = [Date.UTC(2024, 1, 10), Date.UTC(2024, 2, 1)];
  const some = await readFineBars(watched, { fromMs, toMs });
  assert.deepEqual(read, ['bars-fine/2024-02']);
  assertSameBars(some, sliceBars(all, lowerBound(all.openTimeMs, fromMs), upperBound(all.closeTimeMs, toMs)));
  assert.deepEqual(
    fineBarRefs(inputs, { fromMs, toMs: toMs + 1 }).map(({ name }) => name),
    ['bars-fine/2024-02', 'bars-fine/2024-03'],
  );
  const narrow = await readFineBars(inputs, { extras: false });
  assert.deepEqual([narrow.extras, narrow.close], [{}, all.close]);
  assert.equal(barCount(await readFineBars(inputs, { fromMs: Date.UTC(2030, 0, 1) })), 0);
});

test('what is known by a time does not change with what comes after it: bars, and what quality tells, at random cuts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
      const world = drawWorld(seed);
      const window = windowOf(world);
      const row = 1 + makeRandom(seed).below(barCount(world.bars) - 1);
      // Somewhere between a bar's end and the next one's.
      const untilMs = world.bars.closeTimeMs[row - 1]! + GRID_MS * makeRandom(seed + 1).below(3);
      const early = await make({ ...world, bars: barsKnownBy(world.bars, untilMs) }, { ...window, toMs: Math.max(untilMs, window.fromMs + GRID_MS) });
      const late = await make(world, window, untilMs);
      const known = await readFineBars(memoryInputs(early.memory));
      const [lastKnownMs = 0] = known.closeTimeMs.slice(-1);
      assertSameBars(flagged(known), flagged(barsKnownBy(await readFineBars(memoryInputs(late.memory)), lastKnownMs)));
      assert.deepEqual(late.result.findings, early.result.findings);
    }),
    { numRuns: 60, examples: [[529753]] },
  );
});

test('a gap over the end of a month is filled on both sides, and a fault in February flags nothing in January', async () => {
  const whole = walkBars(160, 5, GRID_MS);
  // Row 124 opens on 2024-02-01; rows 122 to 126 are missing.
  const kept = Array.from({ length: 160 }, (_, row) => row).filter((row) => row < 122 || row > 126);
  const bars = barsFromTable(takeRows(barsToTable(whole), kept));
  bars.low[130]! /= 10;
  const world = { ...drawWorld(1), bars, imputation: { method: 'carry', maxBars: 4 } } as const;
  const { memory, result } = await make(world, windowOf(world));
  const month = async (name: string): Promise<Bars> =>
    barsFromTable(await memoryInputs(memory).table('market-regime-classification', `bars-fine/${name}`, 'ares.bars'));
  const touched = ({ extras }: Bars): number[] => [...extras['imputed']!.keys()].filter((row) => extras['imputed']![row] === 1);
  const [january, february] = [await month('2024-01'), await month('2024-02')];
  assert.deepEqual([barCount(january), touched(january)], [124, [122, 123]]);
  assert.deepEqual(touched(february), [0, 1, 130 + 5 - 124 - 1]);
  assert.ok(february.close.subarray(0, 2).every((close) => close === whole.close[121]));
  const finding = (check: string): unknown => result.findings.find((one) => one.check === check);
  assert.equal((finding('imputed bar') as { count: number }).count, 4);
  assert.equal((finding('repaired price') as { count: number }).count, 1);
  assert.match((finding('repaired price') as { detail: string }).detail, /^in 1 of 2 months, first in 2024-02: 1 bars with a price/);
});

test('what quality counts month by month is what it counts in the whole window at once', async () => {
  // Fixed seeds: an outlier's scale is that of the bars that months hand on, and where many of those are faulty it can differ from the window's.
  for (let seed = 0; seed < 25; seed++) {
    const world = drawWorld(seed);
    spoil(world.bars, seed);
    const window = windowOf(world);
    const { result } = await make(world, window);
    const { fine } = atOnce(world, window);
    for (const { check, count } of assessBars(fine, { periodMs: GRID_MS }).filter((one) => one.check !== 'imputed bar')) {
      assert.equal(result.findings.find((finding) => finding.check === check)!.count, count, `${check}, seed ${seed}`);
    }
  }
});

test('a bad close at the end of a month, which only the next one shows to be bad, is told of there', async () => {
  const bars = walkBars(160, 5, GRID_MS);
  // Row 123 is the last of January.
  bars.close[123]! *= 1.4;
  bars.high[123] = bars.close[123]!;
  const world: World = { ...drawWorld(1), bars, imputation: { method: 'none', maxBars: 1 } };
  const { result } = await make(world, windowOf(world));
  const bad = result.findings.find(({ check }) => check === 'bad close')!;
  assert.deepEqual([bad.count, bad.timeMs], [1, bars.closeTimeMs[123]]);
  assert.match(bad.detail, /^in 1 of 2 months, first in 2024-02: 1 of 37 bars close more than/);
});

test('a run of stale bars over the end of a month is told of, though neither month holds enough of it', async () => {
  const bars = walkBars(160, 5, GRID_MS);
  // Eight bars up to row 123, the last of January, and eight from it on.
  for (const name of ['open', 'high', 'low', 'close'] as const) bars[name].fill(bars.close[115]!, 116, 132);
  const world: World = { ...drawWorld(1), bars, imputation: { method: 'none', maxBars: 1 } };
  const { result } = await make(world, windowOf(world));
  assert.equal(result.findings.find(({ check }) => check === 'stale price')!.count, 16);
});

test('best quotes join as the whole series of them does, read a month at a time', async () => {
  const bars = walkBars(300, 4, GRID_MS);
  const names = ['bid', 'ask', 'bidQuantity', 'askQuantity', 'quotedSpread', 'orderFlowImbalance', 'quoteUpdates'];
  const quotesOf = (closeTimeMs: Float64Array): Table =>
    makeTable({
      openTimeMs: closeTimeMs.map((time) => time - GRID_MS),
      closeTimeMs,
      ...Object.fromEntries(names.map((name, j) => [name, closeTimeMs.map((time) => time + j)])),
    });
  const world: World = { ...drawWorld(4), bars, imputation: { method: 'none', maxBars: 1 } };
  const window = windowOf(world);
  const quotes = daysOf(window).map((day): readonly [string, Table] => {
    const fromMs = Date.parse(`${day}T00:00:00Z`);
    return [day, quotesOf(bars.closeTimeMs.filter((time) => time > fromMs && time <= fromMs + 24 * HOUR_MS))];
  });
  const { memory, events } = await make({ ...world, quotes }, window);
  const fine = await readFineBars(memoryInputs(memory));
  const joined = Object.fromEntries(names.map((name) => [name, fine.extras[name]!]));
  assertSameBars({ ...fine, extras: joined }, joinQuotes(bars, quotesOf(bars.closeTimeMs)));
  const months = monthsOf(window);
  assert.equal(months.length, 4);
  for (const [i, month] of months.entries()) {
    const [from, to] = [i === 0 ? 0 : events.indexOf(`bars of ${months[i - 1]}`), events.indexOf(`bars of ${month}`)];
    const read = events.slice(from, to).filter((name) => name.startsWith('quotes/'));
    assert.ok(read.length > 0 && read.every((name) => name.startsWith(`quotes/${month}`)), `${month}: ${read.join(', ')}`);
  }
});

test('a month without a bar has a table without rows, and bars out of order are refused', async () => {
  const whole = walkBars(400, 9, GRID_MS);
  const kept = Array.from({ length: 400 }, (_, row) => row).filter((row) => row < 100 || row > 300);
  const world: World = { ...drawWorld(1), bars: barsFromTable(takeRows(barsToTable(whole), kept)), imputation: { method: 'none', maxBars: 1 } };
  const { memory } = await make(world, windowOf(world));
  const february = await memoryInputs(memory).table('market-regime-classification', 'bars-fine/2024-02', 'ares.bars');
  assert.equal(february.rowCount, 0);
  const order = [...kept.keys()];
  [order[50], order[220]] = [order[220]!, order[50]!];
  const shuffled = { ...world, bars: barsFromTable(takeRows(barsToTable(world.bars), order)) };
  await assert.rejects(make(shuffled, windowOf(world)), { name: 'InvalidData' });
});

test('how many days a unit of collection has changes no month of minute bars (N17)', async (t) => {
  const plan = await planOf({ from: '2024-01-28', to: '2024-02-04', simulation: { tradesPerMinute: 3 }, imputation: { method: 'carry', maxBars: 5 } });
  const texts = [];
  for (const segmentDays of [1, 3, 7]) {
    const changed = { ...plan, spec: { ...plan.spec, segmentDays } };
    const text = memoryText(await runDataSteps(t, changed, { count: 2, execution: { segmentDays, chunkRows: 100 * segmentDays } }));
    texts.push(Object.entries(text).filter(([name]) => name.startsWith('market-regime-classification/')));
  }
  assert.equal(texts[0]!.filter(([name]) => name.includes('/bars-fine/')).length, 2);
  assert.deepEqual(texts[1], texts[0]);
  assert.deepEqual(texts[2], texts[0]);
});
