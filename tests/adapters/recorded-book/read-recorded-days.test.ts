/** Days out of recordings in one pass: what each day must hold by definition, and how much is read for it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { readRecordedDays } from '../../../adapters/recorded-book/read-recorded-days.js';
import { frontOf } from '../../../adapters/recorded-book/recorded-quote-bars.js';
import type { Table } from '../../../core/data/table.js';
import { concatTables, float64Column, takeRows } from '../../../core/data/table.js';
import type { BookMessage } from '../../../core/order-book/book-message.js';
import { makeBookReplay } from '../../../core/order-book/book-replay.js';
import { makeQuoteBars } from '../../../core/order-book/quote-bars.js';
import type { DayOfQuotes, TradeDay } from '../../../pipeline/market-source.js';
import type { PlannedFile } from '../../../pipeline/plan.js';
import { hashFile } from '../../../adapters/market-files/file-hash.js';
import { collect, RECORDED_BOOKS, recordedPaths } from '../../support/recorded-books.js';
import { testData } from '../../support/test-data.js';
import { makeMarketFolder, START_MS } from '../market-files/market-folder.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const signal = new AbortController().signal;

async function readDays(files: readonly PlannedFile[], days: readonly TradeDay[], periodMs: number): Promise<DayOfQuotes[]> {
  const out: DayOfQuotes[] = [];
  for await (const day of readRecordedDays(files, { days, periodMs, signal })) out.push(day);
  return out;
}

/** By definition: each recording, from its first message to the pause that ends it, reduced whole. */
function wholeRecordings(messages: readonly BookMessage[], periodMs: number): Table[] {
  const starts = messages.flatMap(({ timeMs }, i) => (i === 0 || timeMs - messages[i - 1]!.timeMs > MINUTE_MS ? [i] : []));
  return starts.map((start, i) => {
    const [maker, replay] = [makeQuoteBars({ periodMs }), makeBookReplay()];
    let hasTicker = false;
    for (const message of messages.slice(start, starts[i + 1])) {
      if (message.kind === 'quote') {
        hasTicker = true;
        maker.quote(message);
      } else if (replay.apply(message)) {
        const { bidDepth, askDepth } = replay.depth();
        maker.depth(message.timeMs, bidDepth, askDepth);
        if (!hasTicker) maker.quote(frontOf(replay, message.timeMs));
      }
    }
    return maker.finish();
  });
}

function rowsOf(table: Table, day: TradeDay): Table {
  const closeTimeMs = float64Column(table, 'closeTimeMs');
  return takeRows(
    table,
    Array.from(closeTimeMs.keys()).filter((row) => closeTimeMs[row]! > day.fromMs && closeTimeMs[row]! <= day.toMs),
  );
}

function checkDays(found: readonly DayOfQuotes[], wholes: readonly Table[], days: readonly TradeDay[]): void {
  assert.deepEqual(
    found.map(({ day }) => day),
    days.map(({ day }) => day),
  );
  for (const [i, day] of days.entries()) {
    const parts = wholes.map((whole) => rowsOf(whole, day));
    assert.deepEqual(found[i]!.table, concatTables(parts), day.day);
    const updates = parts
      .filter(({ rowCount }) => rowCount > 0)
      .map((part) => float64Column(part, 'quoteUpdates').reduce((sum, n) => sum + (Number.isNaN(n) ? 0 : n), 0));
    assert.deepEqual(
      found[i]!.findings.filter(({ check }) => check === 'quotes').map(({ count }) => count),
      updates,
    );
  }
}

const step = fc.record({
  // Mostly a recording that goes on; now and then the recorder was off.
  waitMs: fc.oneof({ weight: 25, arbitrary: fc.integer({ min: 0, max: 45_000 }) }, { weight: 1, arbitrary: fc.integer({ min: 60_001, max: 600_000 }) }),
  kind: fc.constantFrom('quote', 'quote', 'delta', 'delta', 'snapshot', 'untimed snapshot', 'trade'),
  level: fc.integer({ min: 0, max: 9 }),
  size: fc.integer({ min: 1, max: 9 }),
});

interface Step {
  readonly waitMs: number;
  readonly kind: string;
  readonly level: number;
  readonly size: number;
}

/** Lines of a recording whose updates follow one another; `hasTicker` = with its best quotes. */
function linesOf(steps: readonly Step[], hasTicker: boolean): string[] {
  let [timeMs, updateId] = [START_MS - 100_000, 100];
  return steps.flatMap(({ waitMs, kind, level, size }) => {
    timeMs += waitMs;
    const message = (stream: string, data: object): string => `${timeMs} ${JSON.stringify({ stream: `x@${stream}`, data: { E: timeMs, ...data } })}`;
    const [bid, ask] = [(99 - level / 10).toFixed(1), (101 + level / 10).toFixed(1)];
    if (kind === 'trade') return [message('trade', {})];
    if (kind === 'quote') return hasTicker ? [message('bookTicker', { u: updateId, b: bid, B: String(size), a: ask, A: String(10 - size) })] : [];
    if (kind === 'delta') {
      updateId++;
      return [message('depth', { U: updateId, u: updateId, b: [[bid, String(size)]], a: [[ask, String(10 - size)]] })];
    }
    const book = { lastUpdateId: updateId, bids: [[bid, String(size)]], asks: [[ask, String(size)]] };
    return [`${timeMs} ${JSON.stringify(kind === 'snapshot' ? { ...book, E: timeMs } : book)}`];
  });
}

test('days are those of recordings reduced whole, wherever days, parts and bars are cut (property)', async (t) => {
  const folder = await makeMarketFolder(t);
  let rows = 0;
  const arbitrary = fc.record({
    steps: fc.array(step, { minLength: 100, maxLength: 250, size: 'max' }),
    hasTicker: fc.boolean(),
    parts: fc.integer({ min: 1, max: 4 }),
    lengthMs: fc.integer({ min: 90_000, max: 900_000 }),
    periodMs: fc.constantFrom(10_000, MINUTE_MS),
    leftOut: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ steps, hasTicker, parts, lengthMs, periodMs, leftOut }) => {
      const lines = linesOf(steps, hasTicker);
      const files: PlannedFile[] = [];
      for (let part = 0; part < parts; part++) {
        const [from, to] = [part, part + 1].map((n) => Math.floor((n * lines.length) / parts));
        files.push(await folder.write(`ETHUSDT-um-2024030${part + 1}.txt`, lines.slice(from, to).join('\n')));
      }
      const messages = await collect(files.map(({ path }) => path));
      const days = Array.from({ length: 8 }, (_, i): TradeDay => ({ day: `day ${i}`, fromMs: START_MS + i * lengthMs, toMs: START_MS + (i + 1) * lengthMs }));
      const wholes = wholeRecordings(messages, periodMs);
      if (wholes.length === 0) return;
      const found = await readDays(files, days, periodMs);
      checkDays(found, wholes, days);
      assert.deepEqual(await readDays(files, days.slice(leftOut), periodMs), found.slice(leftOut));
      rows += found.reduce((sum, { table }) => sum + table.rowCount, 0);
    }),
    { numRuns: 60 },
  );
  assert.ok(rows > 500, `${rows} bars were compared`);
});

test('minutes of a real recording taken one by one are those of it reduced whole (C1)', { skip: testData === null && 'no real data' }, async () => {
  const paths = recordedPaths(testData!, RECORDED_BOOKS.find(({ name }) => name.startsWith('spot'))!);
  const wholes = wholeRecordings(await collect(paths), 1000);
  assert.equal(wholes.length, 1);
  const openTimeMs = float64Column(wholes[0]!, 'openTimeMs');
  const firstMs = Math.floor(openTimeMs[0]! / MINUTE_MS) * MINUTE_MS;
  const days = Array.from({ length: 20 }, (_, i): TradeDay => ({ day: `${i}`, fromMs: firstMs + i * MINUTE_MS, toMs: firstMs + (i + 1) * MINUTE_MS }));
  const found = await readDays(await Promise.all(paths.map(hashFile)), days, 1000);
  checkDays(found, wholes, days);
  assert.equal(
    found.reduce((sum, { table }) => sum + table.rowCount, 0),
    openTimeMs.length,
  );
});

/** Quotes a second apart, from `fromMs` on. */
const quotes = (fromMs: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const data = { u: i, E: fromMs + i * 1000, b: '99', B: String(1 + (i % 7)), a: '101', A: '2' };
    return `${fromMs + i * 1000} ${JSON.stringify({ stream: 'x@bookTicker', data })}`;
  });

async function threeHours(t: TestContext): Promise<{ files: PlannedFile[]; days: TradeDay[] }> {
  const folder = await makeMarketFolder(t);
  const files: PlannedFile[] = [];
  for (let hour = 0; hour < 3; hour++) files.push(await folder.write(`ETHUSDT-um-2024030${hour + 1}.txt`, quotes(START_MS + hour * HOUR_MS, 3600).join('\n')));
  const days = files.map((_, i): TradeDay => ({ day: `${i}`, fromMs: START_MS + i * HOUR_MS, toMs: START_MS + (i + 1) * HOUR_MS }));
  return { files, days };
}

test('a day is there once the part after it begins, before that part is read to its end; every ten minutes are told', async (t) => {
  const { files, days } = await threeHours(t);
  const told: string[] = [];
  const pass = readRecordedDays(files, { days, periodMs: MINUTE_MS, signal, progress: (message) => void told.push(message.slice(-13, -5)) });
  for (const [i, time] of ['01:00:00', '02:00:00'].entries()) {
    const { value } = await pass.next();
    assert.deepEqual([value!.day, value!.table.rowCount, told.at(-1)], [String(i), 60, time]);
  }
  // The last minute ends after the last quote.
  assert.equal((await pass.next()).value!.table.rowCount, 59);
  assert.equal((await pass.next()).done, true);
  assert.equal(told.length, 18);
});

test('what lies beyond the last day is neither checked nor read; a changed part before it stops the run', async (t) => {
  const { files, days } = await threeHours(t);
  const gone = { path: join('nowhere', 'ETHUSDT-um-20240304.txt'), sha256: '0'.repeat(64), bytes: 1 };
  const [day] = await readDays([...files.slice(0, 2), gone], days.slice(0, 1), MINUTE_MS);
  assert.equal(day!.table.rowCount, 60);
  const changed = [files[0]!, { ...files[1]!, sha256: files[0]!.sha256 }];
  await assert.rejects(readDays(changed, days.slice(0, 1), MINUTE_MS), { name: 'IntegrityError' });
});
