import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findBarFault } from '../../../core/data/bar-faults.js';
import { findTradeFault } from '../../../core/data/trade-faults.js';

const good = { open: 10, high: 12, low: 9, close: 11, volume: 5, quoteVolume: Number.NaN, tradeCount: 3, takerBuyVolume: 2 };

test('a consistent bar has no fault, with or without the amounts that a source may lack', () => {
  assert.equal(findBarFault(good), null);
  assert.equal(findBarFault({ ...good, tradeCount: Number.NaN, takerBuyVolume: Number.NaN, volume: 0 }), null);
});

test('each rule names the field and the value that broke it', () => {
  const cases: readonly [Partial<typeof good>, RegExp][] = [
    [{ open: 0 }, /open above 0, found 0/],
    [{ low: -9 }, /low above 0, found -9/],
    [{ close: Number.NaN }, /close above 0, found NaN/],
    [{ high: Number.POSITIVE_INFINITY }, /high above 0/],
    [{ high: 8 }, /high at or above low 9, found 8/],
    [{ high: 10.5 }, /high at or above open 10 and close 11, found 10.5/],
    [{ low: 10.5 }, /low at or below open 10/],
    [{ volume: -1 }, /volume of at least 0, found -1/],
    [{ tradeCount: -1 }, /tradeCount/],
    [{ takerBuyVolume: 6 }, /takerBuyVolume of at most the volume 5, found 6/],
  ];
  for (const [change, message] of cases) assert.match(findBarFault({ ...good, ...change }) ?? 'none', message);
});

test('a bar made of sorted positive prices never has a fault, and one with a negative price always has', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 4, maxLength: 4 }), (prices) => {
      const [low, open, close, high] = prices.sort((a, b) => a - b) as [number, number, number, number];
      assert.equal(findBarFault({ ...good, low, open, close, high }), null);
      assert.notEqual(findBarFault({ ...good, low, open: -open, close, high }), null);
    }),
  );
});

test('a trade needs a whole id, a price and a quantity above zero', () => {
  assert.equal(findTradeFault({ id: 1, price: 0.01, quantity: 0.001 }), null);
  assert.match(findTradeFault({ id: 1.5, price: 1, quantity: 1 }) ?? 'none', /id as a whole number, found 1.5/);
  assert.match(findTradeFault({ id: 1, price: -3, quantity: 1 }) ?? 'none', /price above 0, found -3/);
  assert.match(findTradeFault({ id: 1, price: 1, quantity: 0 }) ?? 'none', /quantity above 0, found 0/);
});
