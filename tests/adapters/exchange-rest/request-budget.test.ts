import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeRequestBudget } from '../../../adapters/exchange-rest/request-budget.js';

test('no stretch of the interval holds more than the limit, and no request waits longer than it must', () => {
  const step = fc.record({ weight: fc.integer({ min: 1, max: 10 }), pauseMs: fc.integer({ min: 0, max: 400 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 300 }), fc.integer({ min: 10, max: 40 }), (steps, limit) => {
      const budget = makeRequestBudget({ weight: limit, intervalMs: 1000 });
      const spent: { timeMs: number; weight: number }[] = [];
      const within = (timeMs: number): number => spent.filter((one) => one.timeMs > timeMs - 1000).reduce((sum, one) => sum + one.weight, 0);
      let nowMs = 0;
      for (const { weight, pauseMs } of steps) {
        nowMs += pauseMs;
        const waitMs = budget.waitMs(weight, nowMs);
        // A moment earlier it would not have fitted.
        if (waitMs > 0) assert.ok(within(nowMs + waitMs - 1) + weight > limit);
        nowMs += waitMs;
        assert.equal(budget.waitMs(weight, nowMs), 0);
        budget.spend(weight, nowMs);
        spent.push({ timeMs: nowMs, weight });
        assert.ok(within(nowMs) <= limit);
      }
    }),
  );
});

test('a third request of weight 4 in a budget of 10 waits until the first is an interval old', () => {
  const budget = makeRequestBudget({ weight: 10, intervalMs: 60_000 });
  budget.spend(4, 0);
  budget.spend(4, 10_000);
  assert.deepEqual([budget.waitMs(2, 20_000), budget.waitMs(4, 20_000), budget.waitMs(10, 20_000)], [0, 40_000, 50_000]);
  assert.equal(budget.waitMs(4, 60_000), 0);
});

test('what the host counted beyond ours leaves less room, and no more than that', () => {
  const budget = makeRequestBudget({ weight: 10, intervalMs: 60_000 });
  budget.spend(4, 0);
  budget.observe(3, 1000);
  assert.equal(budget.waitMs(6, 1000), 0);
  budget.observe(9, 2000);
  assert.equal(budget.waitMs(2, 2000), 58_000);
  assert.equal(budget.waitMs(1, 2000), 0);
});

test('a weight that never fits is an error', () => {
  assert.throws(() => makeRequestBudget({ weight: 5, intervalMs: 1000 }).waitMs(6, 0), RangeError);
});

test('long use keeps the arithmetic exact', () => {
  const budget = makeRequestBudget({ weight: 3, intervalMs: 10 });
  for (let nowMs = 0; nowMs < 20_000; nowMs += 5) {
    assert.equal(budget.waitMs(1, nowMs), 0);
    budget.spend(1, nowMs);
  }
  budget.spend(1, 20_000);
  assert.deepEqual([budget.waitMs(1, 20_000), budget.waitMs(2, 20_000)], [0, 5]);
});
