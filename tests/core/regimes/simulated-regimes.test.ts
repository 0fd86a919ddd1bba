/** How much of the simulator's true regimes the models find on later bars (E1): its drifts are too small to be told in a stay, its volatilities are not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { filterRegimes, fitRegimeModel, likeliestRegimes } from '../../../core/regimes/regime-model.js';
import { REGIMES } from '../../../core/regimes/regime-names.js';
import { makeMarketSkeleton } from '../../../core/simulation/market.js';
import { makePlan } from '../../support/make-plan.js';
import { simulatedBars } from '../../support/simulated-bars.js';

const DAYS = 16;
const VOLATILE = REGIMES.indexOf('VOLATILE');

/** Counts [true x named] over the bars after the first half, of three seeds. */
async function confusion(kind: 'hmm' | 'rules'): Promise<number[][]> {
  const counts = REGIMES.map(() => new Array<number>(REGIMES.length).fill(0));
  for (const seed of [1, 2, 3]) {
    const plan = makePlan({ retentionDays: DAYS, seed, simulation: { tradesPerMinute: 6 } });
    const { spec, window } = plan;
    const { regime } = makeMarketSkeleton({ ...spec.simulation, seed, symbol: spec.symbol, fromMs: window.fromMs, toMs: window.toMs, blockMs: 900_000 });
    const bars = resampleBars(simulatedBars(plan).bars, 900_000);
    const trainToMs = (window.fromMs + window.toMs) / 2;
    const named = likeliestRegimes(filterRegimes(await fitRegimeModel(bars, trainToMs, { seed: 1, kind }), bars));
    bars.closeTimeMs.forEach((time, t) => {
      if (time > trainToMs) counts[regime[(time - window.fromMs) / 60_000 - 1]!]![named[t]!]!++;
    });
  }
  return counts;
}

const share = (row: readonly number[], at: number): number => row[at]! / row.reduce((a, b) => a + b, 0);
const show = (counts: readonly (readonly number[])[]): string =>
  counts.map((row, i) => `${REGIMES[i]}: ${row.map((_, j) => share(row, j).toFixed(2)).join(' ')}`).join('; ');

for (const [kind, recall] of [
  ['rules', 0.5],
  ['hmm', 0.35],
] as const) {
  test(`by ${kind} at least ${recall} of the VOLATILE bars are named so, far more often than bars of other regimes`, async (t) => {
    const counts = await confusion(kind);
    t.diagnostic(show(counts));
    const calm = counts.filter((_, i) => i !== VOLATILE).reduce((sum, row) => sum.map((value, j) => value + row[j]!));
    const [found, wrong] = [share(counts[VOLATILE]!, VOLATILE), share(calm, VOLATILE)];
    assert.ok(found >= recall && found > 2 * wrong, `${found} of the VOLATILE bars, ${wrong} of the others; ${show(counts)}`);
  });
}
