import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runBaselines } from '../../../core/backtest/baselines.js';
import { prepareMarket } from '../../../core/backtest/backtest-market.js';
import type { Decisions } from '../../../core/backtest/decisions.js';
import type { BacktestSettings } from '../../../core/backtest/backtest-settings.js';
import { runBacktest } from '../../../core/backtest/run-backtest.js';
import { DEFAULT_STRATEGY_PARAMETERS } from '../../../core/backtest/strategy-parameters.js';
import { ZERO_COSTS } from '../../../core/backtest/trading-costs.js';
import type { Bars } from '../../../core/data/bars.js';
import { makeTable } from '../../../core/data/table.js';
import { makeRandom } from '../../../core/stats/random.js';

const MINUTE = 60_000;
const PERIOD = 15 * MINUTE;

const close = (found: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

/** Minute bars from rows of [open, high, low, close]. */
function makeBars(rows: readonly (readonly [number, number, number, number])[], fromMs = 0): Bars {
  const column = (value: (row: readonly [number, number, number, number], i: number) => number): Float64Array => Float64Array.from(rows, value);
  const volume = column(() => 1000);
  return {
    openTimeMs: column((_, i) => fromMs + i * MINUTE),
    closeTimeMs: column((_, i) => fromMs + (i + 1) * MINUTE),
    open: column((r) => r[0]),
    high: column((r) => r[1]),
    low: column((r) => r[2]),
    close: column((r) => r[3]),
    volume,
    quoteVolume: volume,
    tradeCount: volume,
    takerBuyVolume: volume,
    extras: {},
  };
}

const flatBars = (count: number, price = 100): (readonly [number, number, number, number])[] =>
  Array.from({ length: count }, () => [price, price, price, price] as const);

function makeFunding(rows: readonly (readonly [number, number, number])[] = []): ReturnType<typeof makeTable> {
  return makeTable({
    timeMs: Float64Array.from(rows, (r) => r[0]),
    rate: Float64Array.from(rows, (r) => r[1]),
    markPrice: Float64Array.from(rows, (r) => r[2]),
  });
}

/** One decision a row of [time in minutes, side]; certain probabilities, volatility 1 %. */
function makeDecisions(rows: readonly (readonly [number, 1 | -1])[], volatility = 0.01): Decisions {
  const times = Float64Array.from(rows, (r) => r[0] * MINUTE);
  return {
    signalTimeMs: times,
    entryTimeMs: times,
    side: Int32Array.from(rows, (r) => r[1]),
    analyst: Float64Array.from(rows, (r) => (r[1] > 0 ? 1 : 0)),
    tactician: Float64Array.from(rows, () => 1),
    pooled: Float64Array.from(rows, () => 0.5),
    volatility: Float64Array.from(rows, () => volatility),
    regimes: Float64Array.from(rows.flatMap(() => [1, 0, 0, 0])),
  };
}

const settings = (over: Partial<BacktestSettings> = {}): BacktestSettings => ({
  parameters: DEFAULT_STRATEGY_PARAMETERS,
  barriers: { takeProfit: 2, stopLoss: 1, holdingBars: 1 },
  costs: ZERO_COSTS,
  capital: 'fixed',
  ...over,
});

const span = (minutes: number, market: 'spot' | 'perp' = 'perp') => ({ fromMs: 0, toMs: minutes * MINUTE, periodMs: PERIOD, market });

test('a long that reaches its target is worth what the hand calculation says, to the cent on 100,000', () => {
  const rows = flatBars(30);
  rows[3] = [100, 103, 100, 102.5];
  const market = prepareMarket(makeBars(rows), makeFunding(), span(30));
  const result = runBacktest(makeDecisions([[1, 1]]), market, settings({ costs: { takerFeeBps: 5, makerFeeBps: 2, halfSpreadBps: 1, impactCoefficient: 0 } }));
  // Bought 1,000 units at 100 (fee 50.00, half-spread 10.00); sold at 100 exp(0.02) = 102.0201 (fee 20.40).
  assert.equal(result.trades.exitReason[0], 'take-profit');
  close(result.trades.exitPrice[0]!, 100 * Math.exp(0.02));
  assert.equal((result.grossPnl * 100_000).toFixed(2), '2020.13');
  assert.equal((result.fees * 100_000).toFixed(2), '70.40');
  assert.equal((result.slippage * 100_000).toFixed(2), '10.00');
  assert.equal((result.netPnl * 100_000).toFixed(2), '1939.73');
  assert.equal(result.trades.entryTimeMs[0], MINUTE);
  assert.equal(result.trades.exitTimeMs[0], 4 * MINUTE);
  close(result.equity.equity.at(-1)!, 1 + result.netPnl);
});

test('a bar that touches both barriers counts as the stop, for longs and shorts', () => {
  const rows = flatBars(30);
  rows[3] = [100, 105, 95, 100];
  const market = prepareMarket(makeBars(rows), makeFunding(), span(30));
  for (const side of [1, -1] as const) {
    const { trades } = runBacktest(makeDecisions([[1, side]]), market, settings());
    assert.equal(trades.exitReason[0], 'stop-loss');
    close(trades.exitPrice[0]!, 100 * Math.exp(-side * 0.01));
  }
});

test('a gap through the stop fills at the opening, not at the stop', () => {
  const rows = flatBars(30);
  rows[3] = [90, 91, 89, 90];
  const market = prepareMarket(makeBars(rows), makeFunding(), span(30));
  const { trades } = runBacktest(makeDecisions([[1, 1]]), market, settings());
  assert.equal(trades.exitPrice[0], 90);
  close(trades.netPnl[0]!, -0.1);
});

test('the holding period ends at the first opening at or after its end', () => {
  const rows = flatBars(30);
  rows[16] = [100.5, 100.5, 100.5, 100.5];
  const market = prepareMarket(makeBars(rows), makeFunding(), span(30));
  const { trades } = runBacktest(makeDecisions([[1, 1]]), market, settings());
  assert.equal(trades.exitReason[0], 'holding-period');
  assert.equal(trades.exitTimeMs[0], 16 * MINUTE);
  assert.equal(trades.exitPrice[0], 100.5);
});

test('a position held through stamps pays the sum of mark x quantity x rate, and none at its own entry or after its exit (M3.6.36)', () => {
  const market = prepareMarket(
    makeBars(flatBars(60)),
    makeFunding([
      [5 * MINUTE + 17, 0.001, 101],
      [10 * MINUTE, 0.002, Number.NaN],
      [20 * MINUTE, -0.001, 99],
      [21 * MINUTE, 0.5, 100],
    ]),
    span(60),
  );
  const at = (side: 1 | -1) => runBacktest(makeDecisions([[5, side]]), market, settings());
  // Entered at minute 5 (its stamp is not held through), left at minute 20 (its stamp still is).
  close(at(1).funding, 0.002 - 0.001 * 0.99);
  close(at(-1).funding, -(0.002 - 0.001 * 0.99));
  close(at(1).netPnl, -at(1).funding);
  const earlier = runBacktest(makeDecisions([[4, 1]]), market, settings({ barriers: { takeProfit: 2, stopLoss: 1, holdingBars: 1 } }));
  close(earlier.funding, 0.001 * 1.01 + 0.002);
});

test('funding is not paid on spot, and a short on spot is not entered', () => {
  const market = prepareMarket(makeBars(flatBars(60)), makeFunding([[10 * MINUTE, 0.01, 100]]), span(60, 'spot'));
  assert.equal(runBacktest(makeDecisions([[5, 1]]), market, settings()).funding, 0);
  assert.equal(runBacktest(makeDecisions([[5, -1]]), market, settings()).decisions.traded, 0);
});

test('the drawdown limit closes at the next opening and ends trading', () => {
  const rows = [...flatBars(3), ...flatBars(57, 99.2)];
  const market = prepareMarket(makeBars(rows), makeFunding(), span(60));
  const parameters = { ...DEFAULT_STRATEGY_PARAMETERS, risk: { ...DEFAULT_STRATEGY_PARAMETERS.risk, maximumDrawdown: 0.005 } };
  const result = runBacktest(
    makeDecisions([
      [1, 1],
      [30, 1],
    ]),
    market,
    settings({ parameters }),
  );
  assert.deepEqual([...result.trades.exitReason], ['drawdown-limit']);
  assert.equal(result.trades.exitTimeMs[0], 4 * MINUTE);
  assert.equal(result.stoppedAtMs, 4 * MINUTE);
  assert.equal(result.decisions.limited, 1);
});

test('the daily loss limit forbids entries until the next UTC day', () => {
  const rows = [...flatBars(3), ...flatBars(1500, 99.2)];
  const market = prepareMarket(makeBars(rows), makeFunding(), span(1503));
  const parameters = { ...DEFAULT_STRATEGY_PARAMETERS, risk: { ...DEFAULT_STRATEGY_PARAMETERS.risk, dailyLossLimit: 0.005 } };
  const result = runBacktest(
    makeDecisions([
      [1, 1],
      [30, 1],
      [1439, 1],
      [1440, 1],
    ]),
    market,
    settings({ parameters }),
  );
  assert.deepEqual([...result.trades.exitReason], ['daily-loss-limit', 'holding-period']);
  assert.equal(result.trades.entryTimeMs[1], 1440 * MINUTE);
  assert.equal(result.decisions.limited, 2);
});

/** A seeded random walk with decisions on it. */
function makeWalk(seed: number, count: number) {
  const random = makeRandom(seed);
  const rows: (readonly [number, number, number, number])[] = [];
  let price = 100;
  for (let i = 0; i < count; i++) {
    const end = price * Math.exp(0.001 * random.normal());
    rows.push([price, Math.max(price, end) * (1 + 0.0005 * random.uniform()), Math.min(price, end) * (1 - 0.0005 * random.uniform()), end]);
    price = end * Math.exp(0.0002 * random.normal());
  }
  const signals = Array.from({ length: Math.floor(count / 15) }, (_, k) => [(k + 1) * 15, random.uniform() < 0.5 ? 1 : -1] as const);
  const decisions = makeDecisions(signals, 0.003);
  const varied = {
    ...decisions,
    tactician: Float64Array.from(signals, () => 0.4 + 0.5 * random.uniform()),
    analyst: Float64Array.from(signals, (s) => (s[1] > 0 ? 0.5 + 0.3 * random.uniform() : 0.5 - 0.3 * random.uniform())),
  };
  return { bars: makeBars(rows), decisions: varied };
}

const wide = { ...DEFAULT_STRATEGY_PARAMETERS, risk: { ...DEFAULT_STRATEGY_PARAMETERS.risk, dailyLossLimit: 10, maximumDrawdown: 10 } };

test('doubling the fees changes the profit by exactly turnover x fee when sizes are fixed (M3.6.35)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const { bars, decisions } = makeWalk(seed, 600);
      const market = prepareMarket(bars, makeFunding(), span(600));
      const run = (factor: number) =>
        runBacktest(
          decisions,
          market,
          settings({ parameters: wide, costs: { takerFeeBps: 5 * factor, makerFeeBps: 2 * factor, halfSpreadBps: 1, impactCoefficient: 0.5 } }),
        );
      const once = run(1);
      close(once.netPnl - run(2).netPnl, once.takerTurnover * 5e-4 + once.makerTurnover * 2e-4, 1e-13);
    }),
    { numRuns: 30 },
  );
});

test('fills lie within their bar, amounts add up, and positions never overlap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.constantFrom('compounding', 'fixed'), (seed, capital) => {
      const { bars, decisions } = makeWalk(seed, 600);
      const market = prepareMarket(bars, makeFunding([[240 * MINUTE, 0.0005, Number.NaN]]), span(600));
      const result = runBacktest(
        decisions,
        market,
        settings({ capital: capital as 'fixed', costs: { takerFeeBps: 5, makerFeeBps: 2, halfSpreadBps: 1, impactCoefficient: 0.5 } }),
      );
      const { trades } = result;
      for (let i = 0; i < trades.side.length; i++) {
        const inside = trades.exitReason[i] === 'stop-loss' || trades.exitReason[i] === 'take-profit' || trades.exitReason[i] === 'end-of-data';
        const bar = trades.exitTimeMs[i]! / MINUTE - (inside ? 1 : 0);
        assert.ok(trades.exitPrice[i]! >= bars.low[bar]! && trades.exitPrice[i]! <= bars.high[bar]!);
        assert.equal(trades.entryPrice[i], bars.open[trades.entryTimeMs[i]! / MINUTE]);
        assert.ok(i === 0 || trades.entryTimeMs[i]! >= trades.exitTimeMs[i - 1]!);
      }
      const count = result.decisions;
      assert.equal(count.traded + count.belowThreshold + count.unsized + count.busy + count.expired + count.limited, decisions.side.length);
      close(result.equity.equity.at(-1)!, 1 + trades.netPnl.reduce((sum, pnl) => sum + pnl, 0), 1e-12);
    }),
    { numRuns: 40 },
  );
});

test('bars after a cut change nothing that was decided, filled or marked before it', () => {
  const { bars, decisions } = makeWalk(5, 900);
  const market = prepareMarket(bars, makeFunding(), span(900));
  const full = runBacktest(decisions, market, settings());
  for (const cut of [100, 333, 450, 601]) {
    const changed = makeWalk(5, 900).bars;
    for (let i = cut; i < 900; i++) for (const name of ['open', 'high', 'low', 'close'] as const) changed[name][i]! *= 3;
    const other = runBacktest(decisions, prepareMarket(changed, makeFunding(), span(900)), settings());
    for (let k = 0; k < full.equity.timeMs.length && full.equity.timeMs[k]! <= cut * MINUTE; k++) assert.equal(other.equity.equity[k], full.equity.equity[k]);
    for (let i = 0; i < full.trades.side.length && full.trades.exitTimeMs[i]! <= cut * MINUTE - MINUTE; i++)
      assert.equal(other.trades.netPnl[i], full.trades.netPnl[i]);
  }
});

test('buy-and-hold earns the price change less its two orders, flat earns nothing', () => {
  const { bars } = makeWalk(11, 600);
  const market = prepareMarket(bars, makeFunding([[100 * MINUTE, 0.001, 50]]), span(600));
  const { buyAndHold, flat } = runBaselines(market, { takerFeeBps: 5, makerFeeBps: 2, halfSpreadBps: 1, impactCoefficient: 0 }, 0.003);
  const growth = bars.close[599]! / bars.open[0]!;
  close(buyAndHold.netPnl, growth - 1 - 6e-4 * (1 + growth) - 0.001 * (50 / bars.open[0]!));
  assert.equal(buyAndHold.exposure, 1);
  assert.ok(flat.equity.equity.every((value) => value === 1));
  assert.equal(flat.netPnl, 0);
});

test('five hundred parameter sets over 43,200 bars are a matter of seconds', () => {
  const { bars, decisions } = makeWalk(3, 43_200);
  const market = prepareMarket(bars, makeFunding(), span(43_200));
  const start = performance.now();
  let sum = 0;
  for (let i = 0; i < 500; i++) {
    const parameters = { ...wide, thresholds: { analyst: 0.5 + i * 1e-4, tactician: 0.4 } };
    sum += runBacktest(decisions, market, settings({ parameters })).decisions.traded;
  }
  const seconds = (performance.now() - start) / 1000;
  assert.ok(sum > 100_000, `expected many trades, found ${sum}`);
  console.log(`500 parameter sets: ${seconds.toFixed(2)} s, ${sum} trades`);
  assert.ok(seconds < 20, `expected far below 20 s even on a busy machine, found ${seconds}`);
});
