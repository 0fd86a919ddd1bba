/** The recorded captures: read, replayed without a gap or a crossed state, and compared with the quotes recorded beside them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BestQuote, BookDelta } from '../../../core/order-book/book-message.js';
import { recordedQuoteBars } from '../../../adapters/recorded-book/index.js';
import { float64Column } from '../../../core/data/table.js';
import { makeBookReplay } from '../../../core/order-book/book-replay.js';
import { quoteFlow } from '../../../core/order-book/quote-bars.js';
import { aucInterval } from '../../support/auc-interval.js';
import { collect, RECORDED_BOOKS, recordedMessages, recordedPaths, recordedQuotes } from '../../support/recorded-books.js';
import { testData } from '../../support/test-data.js';

const NO_DATA = { skip: testData === null ? 'no market data beside the repository' : false };

for (const book of RECORDED_BOOKS) {
  test(`${book.name}: the recorded book replays with no gapped or crossed state, and its best prices are the recorded ones (C1)`, NO_DATA, async () => {
    const messages = await recordedMessages(testData!, book);
    const quotes = messages.filter((message) => message.kind === 'quote');
    const byId = quotes.slice().sort((a, b) => a.updateId - b.updateId);
    const replay = makeBookReplay();
    let [quoted, equal, late, arrived] = [0, 0, 0, 0];
    let next = 0;
    let last: BestQuote | null = null;
    for (const message of messages) {
      if (message.kind === 'quote') {
        last = message;
        arrived++;
        continue;
      }
      // A gap or a crossed state would throw here.
      if (!replay.apply(message) || message.kind !== 'delta') continue;
      if (last === null || last.updateId < message.firstUpdateId || last.updateId > message.lastUpdateId) continue;
      quoted++;
      const isEqual = last.bid === replay.bids.bestPrice() && last.ask === replay.asks.bestPrice();
      if (isEqual) equal++;
      while (next < byId.length && byId[next]!.updateId <= message.lastUpdateId) next++;
      const final = byId[next - 1]!;
      if (!isEqual && quotes.indexOf(final) >= arrived && final.bid === replay.bids.bestPrice() && final.ask === replay.asks.bestPrice()) late++;
    }
    assert.deepEqual([quoted, equal], [book.quoted, book.equal]);
    // The others: the quote of the event's last update arrived after the event, and it is the book's.
    assert.equal(quoted - equal, late);
  });
}

test('an event taken out of a recording is found and named by the updates that are missing', NO_DATA, async () => {
  for (const book of RECORDED_BOOKS) {
    const messages = await recordedMessages(testData!, book);
    const deltas = messages.filter((message): message is BookDelta => message.kind === 'delta');
    for (const at of [500, 3000]) {
      const [before, removed] = [deltas[at - 1]!, deltas[at]!];
      const replay = makeBookReplay();
      const follow = (): void => {
        for (const message of messages) if (message.kind !== 'quote' && message !== removed) replay.apply(message);
      };
      assert.throws(follow, new RegExp(`what happened after update ${before.lastUpdateId} up to ${removed.lastUpdateId} is missing`));
    }
  }
});

test('messages are stamped in order and never before the exchange sent them', NO_DATA, async () => {
  for (const book of RECORDED_BOOKS) {
    const messages = await recordedMessages(testData!, book);
    assert.ok(messages.length > 10_000);
    assert.ok(messages.every(({ timeMs }, i) => i === 0 || timeMs >= messages[i - 1]!.timeMs));
  }
});

test('quote bars of a recording equal those taken from its quotes minute by minute (D4, D5)', NO_DATA, async () => {
  for (const book of RECORDED_BOOKS) {
    const paths = recordedPaths(testData!, book);
    const quotes = await recordedQuotes(testData!, book);
    const { table, deltas } = await recordedQuoteBars(paths, { periodMs: 60_000, quotes: 'ticker' });
    assert.ok(table.rowCount >= 5 && deltas > 6000);
    for (let row = 0; row < table.rowCount; row++) {
      const openMs = float64Column(table, 'openTimeMs')[row]!;
      const closeMs = openMs + 60_000;
      const found = (name: string): number => float64Column(table, name)[row]!;
      const expected = minuteOf(quotes, openMs, closeMs);
      assert.deepEqual([found('bid'), found('ask'), found('bidQuantity'), found('askQuantity')], expected.last);
      assert.equal(found('quoteUpdates'), expected.updates);
      assert.ok(Math.abs(found('orderFlowImbalance') - expected.flow) < 1e-6);
      assert.ok(Math.abs(found('quotedSpread') / expected.spread - 1) < 1e-9);
      // A cent wide nearly always, of prices near 2,700 and 3,400.
      assert.ok(found('quotedSpread') > 0.01 / 3500 && found('quotedSpread') < 0.02 / 2600);
      assert.ok(found('bidDepth') > 1000 && found('bidDepth') < 20_000 && found('askDepth') > 1000 && found('askDepth') < 20_000);
    }
  }
});

function minuteOf(quotes: readonly BestQuote[], openMs: number, closeMs: number): { last: readonly number[]; updates: number; flow: number; spread: number } {
  let [updates, flow, spreadMs] = [0, 0, 0];
  const known = quotes.filter(({ timeMs }) => timeMs < closeMs);
  known.forEach((quote, i) => {
    const until = Math.min(known[i + 1]?.timeMs ?? closeMs, closeMs);
    const stood = until - Math.max(quote.timeMs, openMs);
    if (stood > 0) spreadMs += (stood * (quote.ask - quote.bid)) / ((quote.ask + quote.bid) / 2);
    if (quote.timeMs < openMs || i === 0) return;
    const before = known[i - 1]!;
    const isChange =
      before.bid !== quote.bid || before.ask !== quote.ask || before.bidQuantity !== quote.bidQuantity || before.askQuantity !== quote.askQuantity;
    if (isChange) updates++;
    flow += quoteFlow(before, quote);
  });
  const last = known.at(-1)!;
  return { last: [last.bid, last.ask, last.bidQuantity, last.askQuantity], updates, flow, spread: spreadMs / (closeMs - openMs) };
}

test('the imbalance of the best queues tells the next second and no longer the next minute (D13)', NO_DATA, async (t) => {
  const recordings = await Promise.all(RECORDED_BOOKS.map((book) => recordedQuotes(testData!, book)));
  const value = (horizonMs: number, of: readonly (readonly BestQuote[])[]): ReturnType<typeof aucInterval> => {
    const rows = of.flatMap((quotes, fold) => outcomes(quotes, horizonMs).map((row) => ({ ...row, fold })));
    return aucInterval(
      { y: Float64Array.from(rows, ({ y }) => y), p: Float64Array.from(rows, ({ p }) => p), fold: Int32Array.from(rows, ({ fold }) => fold) },
      { block: Math.max(10, (2 * horizonMs) / 1000), samples: 500, seed: 3 },
    );
  };
  for (const horizonMs of [1000, 5000, 10_000, 60_000]) {
    const { auc, low, high, rows } = value(horizonMs, recordings);
    t.diagnostic(
      `queue imbalance against the middle's next move within ${horizonMs} ms: AUC ${auc.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}], ${rows} rows`,
    );
  }
  // Measured once on these captures: 0.781 [0.747, 0.816] and 0.508 [0.450, 0.579].
  assert.ok(recordings.every((quotes) => value(1000, [quotes]).low > 0.6));
  assert.ok(Math.abs(value(1000, recordings).auc - 0.7813) < 1e-3);
  const minute = value(60_000, recordings);
  assert.ok(minute.low < 0.5 && minute.high > 0.5);
});

/** One row a second whose middle moved within the horizon: y = 1 where it rose, p the queue imbalance at the second. */
function outcomes(quotes: readonly BestQuote[], horizonMs: number): readonly { y: number; p: number }[] {
  const seconds = new Map<number, BestQuote>();
  const [firstMs, lastMs] = [quotes[0]!.timeMs, quotes.at(-1)!.timeMs];
  let at = 0;
  for (let timeMs = Math.ceil(firstMs / 1000) * 1000; timeMs <= lastMs; timeMs += 1000) {
    while (at + 1 < quotes.length && quotes[at + 1]!.timeMs <= timeMs) at++;
    seconds.set(timeMs, quotes[at]!);
  }
  return [...seconds].flatMap(([timeMs, now]) => {
    const later = seconds.get(timeMs + horizonMs);
    const move = later === undefined ? 0 : later.bid + later.ask - (now.bid + now.ask);
    return move === 0 ? [] : [{ y: move > 0 ? 1 : 0, p: (now.bidQuantity - now.askQuantity) / (now.bidQuantity + now.askQuantity) }];
  });
}

const SNAPSHOT = '1 {"lastUpdateId":10,"bids":[["99.0","2"]],"asks":[["101.0","3"]]}';
const DELTA = '2 {"stream":"x@depth","data":{"E":1000,"U":11,"u":12,"b":[["100.0","1"]],"a":[]}}';

async function withFile(lines: readonly string[], use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ares-book-'));
  try {
    const path = join(folder, 'book.txt');
    await writeFile(path, lines.join('\n'));
    await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a message without a time waits for the next that has one; what waits at the end is left out', async () => {
  const quote = (id: number): string => `3 {"stream":"x@bookTicker","data":{"u":${id},"b":"100","B":"1","a":"101","A":"3"}}`;
  const trade = '4 {"stream":"x@trade","data":{"E":1500,"T":1499}}';
  const early = '5 {"stream":"x@trade","data":{"E":1400,"T":1400}}';
  await withFile([SNAPSHOT, DELTA, quote(12), trade, quote(13), early, quote(14)], async (path) => {
    const messages = await collect([path]);
    assert.deepEqual(
      messages.map(({ kind, timeMs }) => [kind, timeMs]),
      [
        ['snapshot', 1000],
        ['delta', 1000],
        ['quote', 1500],
        ['quote', 1500],
      ],
    );
  });
});

test('a wrong line is refused with file, line and field', async () => {
  const wrong: readonly (readonly [line: string, message: RegExp])[] = [
    ['2 {"stream":"x@depth","data":{"E":1000,"U":11,"b":[],"a":[]}}', /book\.txt line 2: expected a number u, found nothing/],
    ['2 {"stream":"x@depth","data":{"E":1000,"U":11,"u":12,"b":[["x","1"]],"a":[]}}', /line 2: expected a price in b\[0\], found "x"/],
    ['2 {"stream":"x@depth","data":{"E":1000,"U":11,"u":12,"b":{},"a":[]}}', /line 2: expected a list b of price and quantity, found \{\}/],
    ['2 {"stream":"x@bookTicker","data":{"u":1,"b":"","B":"1","a":"2","A":"1"}}', /line 2: expected a number b, found ""/],
    ['2 {"stream":"x@dep', /line 2: expected a local time, a space and a JSON object/],
    ['2 {"stream":"x@depth"}', /line 2: expected stream and data/],
  ];
  for (const [line, message] of wrong) {
    await withFile([SNAPSHOT, line], async (path) => {
      await assert.rejects(collect([path]), (error: Error) => error.name === 'InvalidData' && message.test(error.message));
    });
  }
});

test('a recording without a snapshot is refused', async () => {
  await withFile([DELTA], (path) =>
    assert.rejects(recordedQuoteBars([path], { periodMs: 1000, quotes: 'book' }), /book\.txt: expected a snapshot of the book, found none/),
  );
});

test('the front of the rebuilt book makes the same quote bars as its definition', async () => {
  const later = '3 {"stream":"x@depth","data":{"E":2500,"U":13,"u":13,"b":[],"a":[["101.0","5"]]}}';
  const end = '3 {"stream":"x@depth","data":{"E":4000,"U":14,"u":14,"b":[],"a":[["102.0","5"]]}}';
  await withFile([SNAPSHOT, DELTA, later, end], async (path) => {
    const { table, deltas, quotes } = await recordedQuoteBars([path], { periodMs: 1000, quotes: 'book' });
    assert.deepEqual([deltas, quotes], [3, 0]);
    assert.deepEqual([...float64Column(table, 'openTimeMs')], [1000, 2000, 3000]);
    assert.deepEqual([...float64Column(table, 'orderFlowImbalance')], [1, -2, 0]);
    assert.deepEqual([...float64Column(table, 'askQuantity')], [3, 5, 5]);
    assert.deepEqual([...float64Column(table, 'bidDepth')], [1, 1, 1]);
  });
});
