import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareMarket } from '../../../core/backtest/backtest-market.js';
import type { Decisions } from '../../../core/backtest/decisions.js';
import { DEFAULT_STRATEGY_PARAMETERS, PARAMETER_GROUPS, withGroup } from '../../../core/backtest/strategy-parameters.js';
import { STRATEGY_SPACE } from '../../../core/backtest/strategy-space.js';
import { ZERO_COSTS } from '../../../core/backtest/trading-costs.js';
import { makeTable } from '../../../core/data/table.js';
import type { StrategySearch } from '../../../core/optimization/search-strategy.js';
import { searchStrategy } from '../../../core/optimization/search-strategy.js';
import { makeRandom } from '../../../core/stats/random.js';

const MINUTE = 60_000;
const PERIOD = 15 * MINUTE;
const SIGNALS = 400;

/** Minute bars that drift up after confident signals and down after the others. */
function makeSearch(over: Partial<StrategySearch> = {}): StrategySearch {
  const random = makeRandom(12);
  const count = (SIGNALS + 2) * 15;
  const confident = Array.from({ length: SIGNALS }, () => random.uniform() < 0.5);
  const column = (): Float64Array => new Float64Array(count);
  const bars = {
    openTimeMs: column(),
    closeTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column().fill(1e6),
    quoteVolume: column(),
    tradeCount: column(),
    takerBuyVolume: column(),
    extras: {},
  };
  let price = 100;
  for (let i = 0; i < count; i++) {
    const drift = (confident[Math.floor(i / 15) - 1] ?? false) ? 2e-4 : -2e-4;
    const end = price * Math.exp(drift + 3e-4 * random.normal());
    bars.openTimeMs[i] = i * MINUTE;
    bars.closeTimeMs[i] = (i + 1) * MINUTE;
    bars.open[i] = price;
    bars.high[i] = Math.max(price, end);
    bars.low[i] = Math.min(price, end);
    bars.close[i] = end;
    price = end;
  }
  const times = Float64Array.from(confident, (_, k) => (k + 1) * PERIOD);
  const chance = Float64Array.from(confident, (yes) => (yes ? 0.7 : 0.55));
  const decisions: Decisions = {
    signalTimeMs: times,
    entryTimeMs: times,
    side: new Int32Array(SIGNALS).fill(1),
    analyst: chance,
    tactician: chance,
    pooled: chance,
    volatility: new Float64Array(SIGNALS).fill(0.005),
    regimes: Float64Array.from({ length: 4 * SIGNALS }, () => 0.25),
  };
  const funding = makeTable({ timeMs: new Float64Array(0), rate: new Float64Array(0), markPrice: new Float64Array(0) });
  return {
    decisions,
    market: prepareMarket(bars, funding, { fromMs: 0, toMs: count * MINUTE, periodMs: PERIOD, market: 'perp' }),
    barriers: { takeProfit: 2, stopLoss: 2, holdingBars: 1 },
    costs: ZERO_COSTS,
    start: DEFAULT_STRATEGY_PARAMETERS,
    trials: 12,
    minimumTrades: 30,
    seed: 3,
    ...over,
  };
}

test('the search finds the threshold that separates good signals from bad ones', async () => {
  const found = await searchStrategy(makeSearch());
  assert.equal(found.status, 'searched');
  const { analyst, tactician } = found.parameters.thresholds;
  assert.ok(Math.max(analyst, tactician) > 0.55 && Math.max(analyst, tactician) <= 0.7, JSON.stringify(found.parameters.thresholds));
  assert.equal(found.pareto.filter((point) => point.chosen).length, 1);
});

test('every group gets its trials and its incumbent, within the space, and the same seed gives the same search', async () => {
  const first = await searchStrategy(makeSearch());
  for (const group of PARAMETER_GROUPS) {
    const trials = first.trials.filter((trial) => trial.group === group);
    assert.equal(trials.length, 13);
    const values = trials
      .slice(1)
      .flatMap((trial) => Object.entries(STRATEGY_SPACE[group]).map(([name, dimension]) => ({ name, dimension, value: trial.parameters[name]! })));
    for (const { name, dimension, value } of values) {
      if (dimension.kind === 'choice') assert.ok(dimension.values.includes(value));
      else assert.ok(Number(value) >= dimension.low && Number(value) <= dimension.high, `${group}.${name} = ${value}`);
    }
  }
  assert.deepEqual(await searchStrategy(makeSearch()), first);
  assert.notDeepEqual((await searchStrategy(makeSearch({ seed: 4 }))).trials, first.trials);
});

test('a later group never takes a point that is worse than its incumbent', async () => {
  const { trials } = await searchStrategy(makeSearch());
  for (const group of PARAMETER_GROUPS.slice(2)) {
    const own = trials.filter((trial) => trial.group === group);
    const next = trials.filter((trial) => trial.group === PARAMETER_GROUPS[PARAMETER_GROUPS.indexOf(group) + 1]);
    const best = Math.min(...own.map((trial) => trial.objective ?? Number.POSITIVE_INFINITY));
    if (next.length > 0) assert.equal(next[0]!.objective, best);
  }
});

test('without enough trades anywhere the start stays, and the status says so', async () => {
  const found = await searchStrategy(makeSearch({ minimumTrades: 10_000 }));
  assert.equal(found.status, 'insufficient');
  assert.equal(found.parameters, DEFAULT_STRATEGY_PARAMETERS);
  assert.deepEqual(found.pareto, []);
});

test('a parameter that does not exist, or of another type, is refused by name', () => {
  assert.throws(() => withGroup(DEFAULT_STRATEGY_PARAMETERS, 'timing', { delay: 1 }), /unknown strategy parameter timing.delay/);
  assert.throws(() => withGroup(DEFAULT_STRATEGY_PARAMETERS, 'sizing', { rule: 2 }), /sizing.rule of type string, found number/);
});
