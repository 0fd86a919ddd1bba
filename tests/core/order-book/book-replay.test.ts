/** The rebuilt book on a book small enough to follow by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BookDelta, BookSnapshot } from '../../../core/order-book/book-message.js';
import { makeBookReplay } from '../../../core/order-book/book-replay.js';
import { makeBookSide } from '../../../core/order-book/book-side.js';
import { InvalidData } from '../../../core/errors.js';

const snapshot = (lastUpdateId: number): BookSnapshot => ({
  kind: 'snapshot',
  timeMs: 0,
  lastUpdateId,
  bids: Float64Array.of(100, 3, 99.5, 2, 98, 50),
  asks: Float64Array.of(101, 1, 101.5, 4, 103, 60),
});

interface Change {
  readonly bids?: readonly number[];
  readonly asks?: readonly number[];
  readonly previous?: number;
}

const delta = (first: number, last: number, { bids = [], asks = [], previous }: Change = {}): BookDelta => ({
  kind: 'delta',
  timeMs: 0,
  firstUpdateId: first,
  lastUpdateId: last,
  previousUpdateId: previous ?? null,
  bids: Float64Array.from(bids),
  asks: Float64Array.from(asks),
});

test('levels are set, taken away and summed within 1 % of the middle', () => {
  const replay = makeBookReplay();
  assert.equal(replay.apply(snapshot(10)), true);
  assert.deepEqual([replay.bids.bestPrice(), replay.bids.bestQuantity(), replay.asks.bestPrice(), replay.asks.bestQuantity()], [100, 3, 101, 1]);
  // Middle 100.5: bids from 99.495, asks to 101.505.
  assert.deepEqual(replay.depth(), { bidDepth: 5, askDepth: 5 });
  replay.apply(delta(11, 12, { bids: [100, 0, 99.75, 7], asks: [101, 2.5, 100.25, 0] }));
  assert.deepEqual([replay.bids.bestPrice(), replay.bids.bestQuantity(), replay.asks.bestQuantity()], [99.75, 7, 2.5]);
  // Middle 100.375: bids from 99.37125, asks to 101.37875.
  assert.deepEqual(replay.depth(), { bidDepth: 9, askDepth: 2.5 });
  assert.deepEqual([replay.bids.size, replay.asks.size, replay.lastUpdateId], [3, 3, 12]);
});

test('events before the snapshot wait for it; older ones are dropped and the one that reaches beyond it is applied (spot)', () => {
  const replay = makeBookReplay();
  assert.equal(replay.apply(delta(5, 8, { bids: [100, 99] })), false);
  assert.equal(replay.apply(delta(9, 12, { bids: [99.5, 4] })), false);
  replay.apply(snapshot(10));
  assert.deepEqual([replay.lastUpdateId, replay.bids.bestQuantity()], [12, 3]);
  assert.equal(replay.apply(delta(13, 13)), true);
});

test('a spot event that ends with the snapshot is old, a futures event that ends with it is the first', () => {
  const spot = makeBookReplay();
  spot.apply(snapshot(10));
  assert.equal(spot.apply(delta(8, 10)), false);
  const futures = makeBookReplay();
  futures.apply(snapshot(10));
  assert.equal(futures.apply(delta(8, 10, { previous: 7 })), true);
  assert.equal(futures.apply(delta(14, 17, { previous: 10 })), true);
});

test('a missing event is refused by the ids that are missing, in spot and in futures', () => {
  const spot = makeBookReplay();
  spot.apply(snapshot(10));
  spot.apply(delta(11, 12));
  assert.throws(() => spot.apply(delta(15, 16)), {
    name: 'InvalidData',
    message: 'order book: expected the next event to begin with 13, found updates 15 to 16: what happened after update 12 up to 14 is missing',
  });
  const futures = makeBookReplay();
  futures.apply(snapshot(10));
  futures.apply(delta(8, 12, { previous: 7 }));
  assert.throws(
    () => futures.apply(delta(20, 25, { previous: 18 })),
    /to follow update 12, found updates 20 to 25 after 18: what happened after update 12 up to 18/,
  );
});

test('a snapshot that the events do not reach is refused', () => {
  const replay = makeBookReplay();
  replay.apply(snapshot(10));
  assert.throws(() => replay.apply(delta(12, 13)), /first event after the snapshot to hold update 11, found updates 12 to 13/);
});

test('an event told twice is refused as going back', () => {
  const replay = makeBookReplay();
  replay.apply(snapshot(10));
  replay.apply(delta(11, 12));
  assert.throws(() => replay.apply(delta(11, 12)), /it goes back/);
});

test('sides that cross or touch are refused with both prices', () => {
  for (const price of [101, 102]) {
    const replay = makeBookReplay();
    replay.apply(snapshot(10));
    assert.throws(() => replay.apply(delta(11, 11, { bids: [price, 1] })), new RegExp(`after update 11, found bid ${price} and ask 101`));
  }
});

test('a side that runs empty is refused', () => {
  const replay = makeBookReplay();
  replay.apply(snapshot(10));
  assert.throws(() => replay.apply(delta(11, 11, { asks: [101, 0, 101.5, 0, 103, 0] })), InvalidData);
});

test('a later snapshot starts the book anew', () => {
  const replay = makeBookReplay();
  replay.apply(snapshot(10));
  replay.apply(snapshot(500));
  assert.equal(replay.apply(delta(499, 501, { bids: [100.5, 1] })), true);
  assert.equal(replay.bids.bestPrice(), 100.5);
});

test('a side equals a map of its levels after any changes', () => {
  const change = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 4 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 80 }), fc.constantFrom('bid', 'ask'), (changes, side) => {
      const book = makeBookSide(side);
      const levels = new Map<number, number>();
      for (const [price, quantity] of changes) {
        book.set(price, quantity);
        if (quantity === 0) levels.delete(price);
        else levels.set(price, quantity);
        const prices = [...levels.keys()];
        const best = prices.length === 0 ? Number.NaN : side === 'bid' ? Math.max(...prices) : Math.min(...prices);
        assert.ok(Object.is(book.bestPrice(), best));
        assert.ok(Object.is(book.bestQuantity(), levels.get(best) ?? Number.NaN));
        const within = prices.filter((each) => (side === 'bid' ? each >= 15 : each <= 15));
        assert.equal(
          book.quantityUpTo(15),
          within.reduce((sum, each) => sum + levels.get(each)!, 0),
        );
        assert.equal(book.size, levels.size);
      }
    }),
    { numRuns: 100 },
  );
});

test('a side of 5,000 levels keeps all of them', () => {
  const side = makeBookSide('ask');
  for (let i = 5000; i > 0; i--) side.set(i, 1);
  assert.deepEqual([side.size, side.bestPrice(), side.quantityUpTo(5000)], [5000, 1, 5000]);
});
