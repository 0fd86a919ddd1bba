/** Regimes by rules, behind the interface of the hidden Markov model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barCount, barsKnownBy, sliceBars } from '../../../core/data/bars.js';
import { InsufficientData } from '../../../core/errors.js';
import type { RuleRegimeModel } from '../../../core/regimes/regime-model.js';
import { filterRegimes, fitRegimeModel, likeliestRegimes } from '../../../core/regimes/regime-model.js';
import { applyRegimeRules, TREND_SHARE, VOLATILE_SHARE } from '../../../core/regimes/regime-rules.js';
import { regimeFeatures } from '../../../core/regimes/regime-features.js';
import { REGIMES } from '../../../core/regimes/regime-names.js';
import { makeRandom } from '../../../core/stats/random.js';
import { walkBars } from '../../support/synthetic-bars.js';

const bars = walkBars(1000, 8);
const trainToMs = bars.closeTimeMs[599]!;
const fit = async (from = bars): Promise<RuleRegimeModel> => (await fitRegimeModel(from, trainToMs, { seed: 1, kind: 'rules' })) as RuleRegimeModel;
const model = await fit();

test('thresholds are quantiles of train: a fifth is VOLATILE, and a third of the rest each BULL, BEAR and SIDEWAYS', () => {
  const counts = new Float64Array(4);
  for (const regime of likeliestRegimes(filterRegimes(model, barsKnownBy(bars, trainToMs)))) counts[regime]!++;
  const volatile = VOLATILE_SHARE * 600;
  const trending = TREND_SHARE * (600 - volatile);
  [trending, trending, trending, volatile].forEach((expected, i) => assert.ok(Math.abs(counts[i]! - expected) <= 1, `${REGIMES[i]}: ${counts[i]}`));
  assert.deepEqual(model.occupancy, [...counts]);
});

test('each bar is named by its own features, worked by hand', () => {
  const rules = { volatileAbove: -6.3, bullAbove: 1e-4, bearBelow: -1e-4 };
  const features = regimeFeatures(bars);
  const named = applyRegimeRules(rules, bars);
  const seen = new Set<number>();
  for (let t = 0; t < 1000; t++) {
    const [trend, volatility] = [features[2 * t]!, features[2 * t + 1]!];
    const expected = volatility > -6.3 ? 3 : trend > 1e-4 ? 0 : trend < -1e-4 ? 1 : 2;
    seen.add(expected);
    assert.deepEqual(
      [...named.slice(4 * t, 4 * t + 4)],
      [0, 1, 2, 3].map((r) => (r === expected ? 1 : 0)),
    );
  }
  assert.ok(seen.size >= 3);
});

test('bars after train change nothing in the rules, to the bit, and a change within train does', async () => {
  const garbage = { ...bars, close: bars.close.map((price, t) => (t >= 600 ? 7 * price : price)) };
  assert.equal(JSON.stringify(await fit(garbage)), JSON.stringify(model));
  const inside = { ...bars, close: bars.close.map((price, t) => (t % 10 === 0 ? 1.01 * price : price)) };
  assert.notEqual(JSON.stringify((await fit(inside)).rules), JSON.stringify(model.rules));
});

test('regimes by rules are truncation invariant at 200 random cuts, and a model read back from JSON gives the same', () => {
  const whole = filterRegimes(JSON.parse(JSON.stringify(model)) as RuleRegimeModel, bars);
  const random = makeRandom(5);
  for (let i = 0; i < 200; i++) {
    const cut = 1 + random.below(barCount(bars));
    assert.deepEqual(filterRegimes(model, sliceBars(bars, 0, cut)), whole.slice(0, 4 * cut));
  }
});

test('prices that stand still are SIDEWAYS, and no bar is too few', async () => {
  const still = sliceBars(bars, 0, 50);
  for (const name of ['open', 'high', 'low', 'close'] as const) still[name].fill(5);
  const flat = await fitRegimeModel(still, trainToMs, { seed: 1, kind: 'rules' });
  assert.deepEqual([...new Set(likeliestRegimes(filterRegimes(flat, still)))], [REGIMES.indexOf('SIDEWAYS')]);
  await assert.rejects(fitRegimeModel(bars, 0, { seed: 1, kind: 'rules' }), InsufficientData);
});
