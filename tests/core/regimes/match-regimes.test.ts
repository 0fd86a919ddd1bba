/** Names that survive a refit, and what a model expects of its regimes against what came. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../../../core/data/bars.js';
import { barCount, barsKnownBy, sliceBars } from '../../../core/data/bars.js';
import { makeBars } from '../../../core/data/make-bars.js';
import { matchRegimes } from '../../../core/regimes/match-regimes.js';
import type { HmmRegimeModel } from '../../../core/regimes/regime-model.js';
import { filterRegimes, fitRegimeModel, likeliestRegimes } from '../../../core/regimes/regime-model.js';
import { REGIMES } from '../../../core/regimes/regime-names.js';
import { expectedRegimes, summariseRegimes } from '../../../core/regimes/regime-summary.js';
import { makeRandom } from '../../../core/stats/random.js';

/** Drift and noise of a bar in each regime, in the order of REGIMES. */
const SHAPES = [
  [0.003, 0.002],
  [-0.003, 0.002],
  [0, 0.001],
  [0, 0.012],
] as const;
const STAY = 60;

/** Bars of a Markov chain over the four regimes with a mean stay of 60 bars, beside the true regime of each. */
function chainBars(count: number, seed: number): { bars: Bars; regime: Int32Array } {
  const random = makeRandom(seed);
  const bars = makeBars(count);
  const regime = new Int32Array(count);
  let state = 0;
  let log = 0;
  for (let t = 0; t < count; t++) {
    if (random.uniform() < 1 / STAY) state = (state + 1 + random.below(3)) % 4;
    regime[t] = state;
    const [drift, noise] = SHAPES[state]!;
    const open = Math.exp(log);
    log += drift + noise * random.normal();
    bars.openTimeMs[t] = t * 900_000;
    bars.closeTimeMs[t] = (t + 1) * 900_000;
    bars.open[t] = open;
    bars.close[t] = Math.exp(log);
    bars.high[t] = Math.max(open, bars.close[t]!) * Math.exp(noise * random.uniform());
    bars.low[t] = Math.min(open, bars.close[t]!) * Math.exp(-noise * random.uniform());
  }
  return { bars, regime };
}

const { bars, regime } = chainBars(6000, 3);
const fit = async (from: Bars, toRow: number, seed: number): Promise<HmmRegimeModel> =>
  (await fitRegimeModel(from, from.closeTimeMs[toRow - 1]!, { seed })) as HmmRegimeModel;
const former = await fit(bars, 3000, 1);

/** Share of each true regime's bars that the model names so: rows true, columns named. */
function confusion(truth: Int32Array, named: Int32Array): number[][] {
  const counts = REGIMES.map(() => new Array<number>(4).fill(0));
  truth.forEach((row, t) => counts[row]![named[t]!]!++);
  return counts.map((row) => row.map((count) => count / row.reduce((a, b) => a + b, 0)));
}

test('on bars after train at least 7 of 10 of each true regime are named so, and 8 of 10 in all, by the past alone', () => {
  const named = likeliestRegimes(filterRegimes(former, bars)).slice(3000);
  const matrix = confusion(regime.slice(3000), named);
  matrix.forEach((row, i) => assert.ok(row[i]! > 0.7, `${REGIMES[i]}: ${row.map((share) => share.toFixed(2)).join(' ')}`));
  const hits = named.reduce((sum, name, t) => sum + (name === regime[3000 + t] ? 1 : 0), 0);
  assert.ok(hits / 3000 > 0.8, `${hits} of 3000`);
});

test("the model's expected stays and transitions are near those that came", () => {
  const expected = expectedRegimes(former)!;
  const came = summariseRegimes(likeliestRegimes(filterRegimes(former, barsKnownBy(bars, former.trainToMs))));
  for (const i of REGIMES.keys()) {
    const [stay, empirical] = [expected.regimes[i]!.meanStayBars!, came.regimes[i]!.meanStayBars!];
    assert.ok(stay / empirical > 0.6 && stay / empirical < 1.7, `${REGIMES[i]}: ${stay} expected, ${empirical} came`);
    assert.ok(Math.abs(expected.transitions[i]!.reduce((a, b) => a + b, 0) - 1) < 1e-9);
    for (const j of REGIMES.keys()) assert.ok(Math.abs(expected.transitions[i]![j]! - came.transitions[i]![j]!) < 0.05);
    // The true mean stay, less what the filter needs to notice.
    assert.ok(stay > 0.4 * STAY && stay < 2 * STAY, `${REGIMES[i]}: ${stay}`);
  }
});

test('transitions of states that share a regime are weighted by their rows, worked by hand', () => {
  const model = {
    regimeOfState: ['SIDEWAYS', 'VOLATILE', 'SIDEWAYS'],
    occupancy: [30, 50, 10],
    transition: [
      [0.8, 0.1, 0.1],
      [0.3, 0.5, 0.2],
      [0.2, 0.4, 0.4],
    ],
  } as unknown as HmmRegimeModel;
  const { transitions, regimes } = expectedRegimes(model)!;
  assert.deepEqual([transitions[0], transitions[1], regimes[0]!.meanStayBars], [null, null, null]);
  // Out of SIDEWAYS: 3/4 x 0.1 + 1/4 x 0.4.
  assert.ok(Math.abs(transitions[2]![3]! - 0.175) < 1e-12 && Math.abs(regimes[2]!.meanStayBars! - 1 / 0.175) < 1e-9);
  assert.deepEqual([transitions[3]![3], regimes[3]!.meanStayBars], [0.5, 2]);
});

test('a refit whose states are in another order keeps the names: order and overlap agree', async () => {
  for (const [toRow, seed] of [
    [3000, 2],
    [4000, 1],
    [5000, 9],
  ] as const) {
    const refitted = await fit(bars, toRow, seed);
    const match = matchRegimes(refitted, former, bars);
    assert.ok(match.agreement > 0.9, `agreement ${match.agreement} at ${toRow}`);
    assert.deepEqual(match.model.regimeOfState, refitted.regimeOfState);
  }
});

test('names swapped by a near tie of the means are put right by the overlap with the former model', () => {
  const swap: Readonly<Record<string, (typeof REGIMES)[number]>> = { BULL: 'SIDEWAYS', SIDEWAYS: 'BEAR', BEAR: 'BULL' };
  const swapped = { ...former, regimeOfState: former.regimeOfState.map((name) => swap[name] ?? name) };
  const match = matchRegimes(swapped, former, bars);
  assert.deepEqual(match.model.regimeOfState, former.regimeOfState);
  assert.ok(match.agreement > 0.95 && match.agreementByMoments < 0.6);
  assert.deepEqual(filterRegimes(match.model, bars), filterRegimes(former, bars));
});

test('a model agrees with itself, one by rules is never renamed, and other bars change nothing in the one given', async () => {
  const itself = matchRegimes(former, former, sliceBars(bars, 0, 500));
  assert.deepEqual(itself.model, former);
  const rules = await fitRegimeModel(bars, former.trainToMs, { seed: 1, kind: 'rules' });
  const match = matchRegimes(rules, former, bars);
  assert.deepEqual(match.model, rules);
  assert.ok(match.agreement === match.agreementByMoments && match.agreement > 0.3);
  assert.equal(barCount(bars), 6000);
});
