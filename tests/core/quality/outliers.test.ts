import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../../core/data/bars.js';
import { sliceBars } from '../../../core/data/bars.js';
import { BAR_SCREEN, findBarOutliers } from '../../../core/quality/bar-outliers.js';
import { findBadPrices, TRADE_SCREEN } from '../../../core/quality/price-screen.js';
import { makeRandom } from '../../../core/stats/random.js';
import { cloneRoot } from '../../support/repository.js';
import { walkBars } from '../../support/synthetic-bars.js';
import { testData } from '../../support/test-data.js';
import { defectTable, injectDefects } from './injected-defects.js';

/** 40 prices that go to and fro by a cent around 100. */
function calmPrices(): Float64Array {
  return Float64Array.from({ length: 40 }, (_, i) => 100 + 0.01 * (i % 2));
}

test('a price that leaves the level and is back with the next one is bad', () => {
  const prices = calmPrices();
  prices[30] = 101;
  assert.deepEqual(findBadPrices(prices, TRADE_SCREEN), [30]);
});

test('a price within the floor is not bad, however calm the prices were', () => {
  const prices = calmPrices();
  prices[30] = 100.4;
  assert.deepEqual(findBadPrices(prices, TRADE_SCREEN), []);
});

test('five prices off the level are bad once a sixth is back; six in a row are a new level', () => {
  const five = calmPrices();
  five.fill(103, 30, 35);
  assert.deepEqual(findBadPrices(five, TRADE_SCREEN), [30, 31, 32, 33, 34]);
  const six = calmPrices();
  six.fill(103, 30, 36);
  assert.deepEqual(findBadPrices(six, TRADE_SCREEN), []);
});

test('a step that stays is no bad price, and a run still open at the end is not judged', () => {
  const step = calmPrices().fill(110, 25);
  assert.deepEqual(findBadPrices(step, TRADE_SCREEN), []);
  const open = calmPrices().fill(110, 38);
  assert.deepEqual(findBadPrices(open, TRADE_SCREEN), []);
});

test('after a jump the new level is learnt first: a price to and fro by one percent around it is not bad', () => {
  const prices = calmPrices().fill(110, 20);
  prices[28] = 111.1;
  assert.deepEqual(findBadPrices(prices, TRADE_SCREEN), []);
});

test('nothing is bad before half a window is known', () => {
  const prices = calmPrices();
  prices[10] = 200;
  assert.deepEqual(findBadPrices(prices, TRADE_SCREEN), []);
});

test('bad prices do not depend on the unit of the price, and those of a beginning stay bad', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 60, max: 300 }), (seed, rows) => {
      const random = makeRandom(seed);
      let level = 100;
      const prices = Float64Array.from({ length: rows }, () => {
        level *= Math.exp(0.001 * random.normal());
        return random.uniform() < 0.03 ? level * 1.05 : level;
      });
      const bad = findBadPrices(prices, TRADE_SCREEN);
      // Powers of two scale without rounding.
      assert.deepEqual(
        findBadPrices(
          prices.map((price) => price * 1024),
          TRADE_SCREEN,
        ),
        bad,
      );
      const cut = 30 + random.below(rows - 30);
      const early = findBadPrices(prices.subarray(0, cut), TRADE_SCREEN);
      assert.deepEqual(early, bad.slice(0, early.length));
    }),
  );
});

function barsWith(change: (bars: Bars) => void): Bars {
  const bars = walkBars(200, 4);
  change(bars);
  return bars;
}

test('a close far off that is gone with the next bar is bad, an extreme far outside both closes is a bad wick', () => {
  const found = findBarOutliers(
    barsWith((bars) => {
      bars.close[100]! *= 1.2;
      bars.high[100] = bars.close[100]!;
      bars.low[150]! *= 0.85;
    }),
    BAR_SCREEN,
  );
  assert.deepEqual(found, { closes: [100], wicks: [150] });
});

test('a jump of bars that stays is neither bad close nor bad wick', () => {
  const found = findBarOutliers(
    barsWith((bars) => {
      for (let row = 100; row < 200; row++) for (const name of ['open', 'high', 'low', 'close'] as const) bars[name][row]! *= 1.3;
    }),
    BAR_SCREEN,
  );
  assert.deepEqual(found, { closes: [], wicks: [] });
});

test('bad wicks and closes of the first bars stay what they are when more bars follow', () => {
  const bars = barsWith((all) => {
    const random = makeRandom(9);
    for (let row = 40; row < 200; row += 7) all.high[row]! *= 1 + 0.1 * random.uniform();
  });
  const whole = findBarOutliers(bars, BAR_SCREEN);
  assert.ok(whole.wicks.length > 5);
  for (const cut of [60, 101, 150, 199]) {
    const part = findBarOutliers(sliceBars(bars, 0, cut), BAR_SCREEN);
    assert.deepEqual(part.wicks, whole.wicks.filter((row) => row < cut).slice(0, part.wicks.length));
    assert.ok(part.wicks.length >= whole.wicks.filter((row) => row < cut - BAR_SCREEN.reversal).length);
  }
});

test('defects put into real series are found within the stated bounds, and docs/quality.md shows this table', {
  skip: testData === null && 'no real data',
}, () => {
  const rows = injectDefects(testData!);
  for (const { series, defect, injected, found, clean, flagged } of rows) {
    const what = `${series}, ${defect}: ${found} of ${injected} found, ${flagged} of ${clean} flagged beside them`;
    assert.ok(found / injected >= leastRecall(series, defect), what);
    assert.ok(flagged / clean <= 5e-4, what);
  }
  const table = defectTable(rows);
  console.log(table);
  assert.ok(readFileSync(join(cloneRoot(), 'docs', 'quality.md'), 'utf8').includes(table), 'docs/quality.md has another table of injected defects');
});

/** The bounds that docs/quality.md states. */
function leastRecall(series: string, defect: string): number {
  if (/within the tolerance/.test(defect)) return 0;
  if (!/bad tick/.test(defect)) return 1;
  if (/decimal/.test(defect)) return 1;
  const percent = Number(/([\d.]+) %/.exec(defect)![1]);
  if (series.includes('trades')) return percent >= 2 ? 0.99 : 0.8;
  if (series.includes('1m')) return percent >= 5 ? 0.99 : 0.95;
  return percent >= 10 ? 0.99 : percent >= 5 ? 0.75 : 0;
}
