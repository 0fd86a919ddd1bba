/** Quote bars by hand, and against the definition taken one millisecond at a time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Quote } from '../../../core/order-book/quote-bars.js';
import { float64Column } from '../../../core/data/table.js';
import { makeQuoteBars, quoteBars, quoteFlow } from '../../../core/order-book/quote-bars.js';

/** timeMs, bid, bid quantity, ask, ask quantity */
type Row = readonly [timeMs: number, bid: number, bidQuantity: number, ask: number, askQuantity: number];

const quoteOf = ([timeMs, bid, bidQuantity, ask, askQuantity]: Row): Quote => ({ timeMs, bid, bidQuantity, ask, askQuantity });

function columns(rows: readonly Row[]): Parameters<typeof quoteBars>[0] {
  const column = (k: 0 | 1 | 2 | 3 | 4): Float64Array => Float64Array.from(rows, (row) => row[k]);
  return { timeMs: column(0), bid: column(1), bidQuantity: column(2), ask: column(3), askQuantity: column(4) };
}

test('the flow of a step is the change of the queues, whole queues where the price moved (Cont, Kukanov and Stoikov 2014)', () => {
  const before = quoteOf([0, 100, 5, 101, 8]);
  // Same prices: bids grew by 2, asks by 3.
  assert.equal(quoteFlow(before, quoteOf([1, 100, 7, 101, 11])), -1);
  // The bid rose to a queue of 4, the ask stayed.
  assert.equal(quoteFlow(before, quoteOf([1, 100.5, 4, 101, 8])), 4);
  // The bid fell: its queue of 5 is gone; the ask fell to a queue of 2 that presses on the price.
  assert.equal(quoteFlow(before, quoteOf([1, 99, 9, 100, 2])), -7);
  // The ask rose: its queue of 8 is bought up.
  assert.equal(quoteFlow(before, quoteOf([1, 100, 5, 102, 3])), 8);
});

test('a bar holds the quote at its close, the spread by the time it stood, the flow and the changes', () => {
  const rows: readonly Row[] = [
    [5, 99, 1, 101, 1],
    [10, 99, 2, 101, 1],
    [14, 100, 3, 101, 1],
    [14, 100, 3, 101, 1],
    [20, 100, 6, 102, 2],
  ];
  const table = quoteBars(columns(rows), { periodMs: 10, fromMs: 5, untilMs: 35 });
  const at = (name: string): number[] => [...float64Column(table, name)];
  assert.deepEqual(at('openTimeMs'), [10, 20]);
  assert.deepEqual(at('closeTimeMs'), [20, 30]);
  // The change at 20 belongs to the bar from 20 on.
  assert.deepEqual(at('bidQuantity'), [3, 6]);
  assert.deepEqual(at('ask'), [101, 102]);
  assert.deepEqual(at('quotedSpread'), [(4 * (2 / 100) + 6 * (1 / 100.5)) / 10, 2 / 101]);
  // 10: bids +1; 14: bid up, a queue of 3; 20: bids +3 and the ask queue of 1 bought up.
  assert.deepEqual(at('orderFlowImbalance'), [1 + 3, 3 + 1]);
  assert.deepEqual(at('quoteUpdates'), [2, 1]);
  assert.ok(at('bidDepth').every(Number.isNaN));
});

test('only intervals that were recorded from end to end make bars, quotes or none in them', () => {
  const table = quoteBars(columns([[13, 99, 1, 101, 1]]), { periodMs: 10, untilMs: 59 });
  assert.deepEqual([...float64Column(table, 'openTimeMs')], [20, 30, 40]);
  assert.deepEqual([...float64Column(table, 'quoteUpdates')], [0, 0, 0]);
  assert.deepEqual([...float64Column(table, 'quotedSpread')], [0.02, 0.02, 0.02]);
});

test('a depth counts from its time on', () => {
  const maker = makeQuoteBars({ periodMs: 10, fromMs: 0 });
  maker.quote(quoteOf([0, 99, 1, 101, 1]));
  maker.depth(9, 40, 50);
  maker.depth(10, 60, 70);
  const table = maker.finish(20);
  assert.deepEqual([...float64Column(table, 'bidDepth')], [40, 60]);
  assert.deepEqual([...float64Column(table, 'askDepth')], [50, 70]);
});

test('time that goes back and a bid that is not below the ask are refused', () => {
  const maker = makeQuoteBars({ periodMs: 10 });
  maker.quote(quoteOf([5, 99, 1, 101, 1]));
  assert.throws(() => maker.quote(quoteOf([4, 99, 1, 101, 1])), /found 4 after 5/);
  assert.throws(() => maker.depth(3, 1, 1), /found 3 after 5/);
  assert.throws(() => maker.quote(quoteOf([6, 101, 1, 101, 1])), /found bid 101 and ask 101/);
  assert.throws(() => maker.quote(quoteOf([6, Number.NaN, 1, 101, 1])), /found bid NaN/);
});

const quantity = fc.integer({ min: 1, max: 5 });
const stream = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 96, max: 100 }), quantity, fc.integer({ min: 1, max: 3 }), quantity), {
  minLength: 1,
  maxLength: 40,
});

test('quote bars equal the definition taken one millisecond at a time, however the quotes fall', () => {
  fc.assert(
    fc.property(stream, fc.integer({ min: 3, max: 12 }), (steps, periodMs) => {
      let now = 0;
      const rows = steps.map(([wait, bid, bidQuantity, gap, askQuantity]): Row => {
        now += wait;
        return [now, bid, bidQuantity, bid + gap, askQuantity];
      });
      const table = quoteBars(columns(rows), { periodMs });
      const opens = float64Column(table, 'openTimeMs');
      assert.equal(opens.length, Math.max(0, Math.floor(now / periodMs) - Math.ceil(rows[0]![0] / periodMs)));
      opens.forEach((openMs, row) => {
        const before = rows.filter(([timeMs]) => timeMs < openMs + periodMs);
        const last = before.at(-1)!;
        const standing = Array.from({ length: periodMs }, (_, k) => rows.filter(([timeMs]) => timeMs <= openMs + k).at(-1)).filter(
          (each) => each !== undefined,
        );
        const spread = standing.reduce((sum, [, bid, , ask]) => sum + (ask - bid) / ((ask + bid) / 2), 0) / standing.length;
        const flow = rows.reduce(
          (sum, each, i) => sum + (i > 0 && each[0] >= openMs && each[0] < openMs + periodMs ? quoteFlow(quoteOf(rows[i - 1]!), quoteOf(each)) : 0),
          0,
        );
        const found = (name: string): number => float64Column(table, name)[row]!;
        assert.deepEqual([found('bid'), found('bidQuantity'), found('ask'), found('askQuantity')], last.slice(1));
        assert.equal(found('orderFlowImbalance'), flow);
        assert.ok(Math.abs(found('quotedSpread') - spread) < 1e-12);
      });
    }),
    { numRuns: 150 },
  );
});
