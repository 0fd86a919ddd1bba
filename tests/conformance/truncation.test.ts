/**
 * Truncation invariance of what a run computes from raw minute bars (M3.1, M3.5): at 200 random cuts, everything known at
 * the cut is what it is with all bars, to the bit, and what is not known yet is absent. The functions are those of the steps.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { completeBars } from '../../activities/complete-bars.js';
import { loadChain } from '../../activities/load-chain.js';
import { applyChain } from '../../core/chain/apply-chain.js';
import { analystFeatures } from '../../core/chain/analyst-features.js';
import { tacticianFeatures, tacticianLabels } from '../../core/chain/tactician-examples.js';
import type { AnalystSignals } from '../../core/chain/tactician-examples.js';
import type { TrainedChain } from '../../core/chain/trained-chain.js';
import type { Bars } from '../../core/data/bars.js';
import { barCount, barsFromTable, barsKnownBy, barsToTable, lowerBound, upperBound } from '../../core/data/bars.js';
import { joinExternal, joinPair } from '../../core/data/join-extras.js';
import { resampleBars } from '../../core/data/resample-bars.js';
import { float64Column, takeRows } from '../../core/data/table.js';
import { eventBars } from '../../core/labels/event-bars.js';
import { exponentialVolatility } from '../../core/labels/exponential-volatility.js';
import { computeTripleBarrier } from '../../core/labels/triple-barrier.js';
import { filterRegimes, fitRegimeModel, likeliestRegimes } from '../../core/regimes/regime-model.js';
import { REGIMES } from '../../core/regimes/regime-names.js';
import { makeRandom } from '../../core/stats/random.js';
import type { Computed } from '../support/known-by.js';
import { firstDifference } from '../support/known-by.js';
import { chainPorts, runChain } from '../support/chain-run.js';
import { makePlan } from '../support/make-plan.js';
import { simulatedBars } from '../support/simulated-bars.js';

const CUTS = 200;
const MINUTE_MS = 60_000;

describe('truncation invariance at 200 random cuts', () => {
  const plan = makePlan({ retentionDays: 8, seed: 3, minimumEffectiveSample: 12, simulation: { tradesPerMinute: 15 } });
  const { bars: fine, funding: payments } = simulatedBars(plan);
  const funding = { timeMs: float64Column(payments, 'timeMs'), rate: float64Column(payments, 'rate') };
  const wholeMs = fine.closeTimeMs[barCount(fine) - 1];
  let chain: TrainedChain;

  before(async () => {
    chain = await loadChain(memoryInputs(await runChain({ plan, bars: fine, funding: payments })), chainPorts());
  });
  after(() => chain.dispose());

  /** Raw data known by a time: all that a computation below is given. */
  function knownBy(untilMs: number): { fine: Bars; bars: Bars; funding: typeof funding } {
    const known = barsKnownBy(fine, untilMs);
    const end = upperBound(funding.timeMs, untilMs);
    return { fine: known, bars: resampleBars(known, chain.periodMs), funding: { timeMs: funding.timeMs.slice(0, end), rate: funding.rate.slice(0, end) } };
  }

  function randomCuts(fromMs: number, toMs: number, seed: number): readonly number[] {
    const random = makeRandom(seed);
    return Array.from({ length: CUTS }, () => fromMs + MINUTE_MS * (1 + random.below((toMs - fromMs) / MINUTE_MS - 1)));
  }

  /** The first difference at any cut, and how many values were compared. */
  function check(compute: (untilMs: number) => Computed, cuts = randomCuts(plan.window.fromMs, wholeMs, 17)): { difference: string | null; compared: number } {
    const whole = compute(wholeMs);
    let compared = 0;
    for (const cut of cuts) {
      const result = firstDifference(whole, compute(cut), cut);
      if (result.difference !== null) return { difference: result.difference, compared };
      compared += result.compared;
    }
    return { difference: null, compared };
  }

  function assertInvariant(compute: (untilMs: number) => Computed, cuts?: readonly number[]): void {
    const { difference, compared } = check(compute, cuts);
    assert.equal(difference, null);
    assert.ok(compared > 1000, `${compared} values compared`);
  }

  const regimesOf = (bars: Bars): Computed => {
    const filtered = filterRegimes(chain.regimeModel, bars);
    const columns = REGIMES.map((name, r) => [name, bars.close.map((_, t) => filtered[t * REGIMES.length + r])] as const);
    return { knownMs: bars.closeTimeMs, columns: { ...Object.fromEntries(columns), regime: Float64Array.from(likeliestRegimes(filtered)) } };
  };

  const featuresAt = (untilMs: number): Computed => {
    const data = knownBy(untilMs);
    const { names, columns } = analystFeatures(data.bars, { regimes: filterRegimes(chain.regimeModel, data.bars), funding: data.funding }, 'all');
    return { knownMs: data.bars.closeTimeMs, columns: Object.fromEntries(names.map((name, j) => [name, columns[j]])) };
  };

  function examplesAt(untilMs: number): { signals: AnalystSignals; fine: Bars; examples: ReturnType<typeof tacticianFeatures> } {
    const { fine: known, bars } = knownBy(untilMs);
    const random = makeRandom(8);
    const signals: AnalystSignals = {
      closeTimeMs: bars.closeTimeMs,
      probability: bars.close.map(() => random.uniform()),
      volatility: exponentialVolatility(bars.close, chain.labelChoice.volatilitySpanBars),
      regimes: filterRegimes(chain.regimeModel, bars),
    };
    return { signals, fine: known, examples: tacticianFeatures(signals, known, { market: 'perp', set: 'all', holdingMs: chain.rules.holdingMs }) };
  }

  test('filtered regimes', () => {
    assertInvariant((untilMs) => regimesOf(knownBy(untilMs).bars));
  });

  test('filtered regimes by rules, fitted on train', async () => {
    const rules = await fitRegimeModel(knownBy(wholeMs).bars, plan.segments.train.toMs, { seed: 1, kind: 'rules', states: 4 });
    assertInvariant((untilMs) => {
      const { bars } = knownBy(untilMs);
      const filtered = filterRegimes(rules, bars);
      const columns = REGIMES.map((name, r) => [name, bars.close.map((_, t) => filtered[t * REGIMES.length + r])] as const);
      return { knownMs: bars.closeTimeMs, columns: Object.fromEntries(columns) };
    });
  });

  test('events of the CUSUM filter', () => {
    assertInvariant((untilMs) => {
      const { bars } = knownBy(untilMs);
      const isEvent = eventBars(bars.close, exponentialVolatility(bars.close), { events: 'cusum', cusumThreshold: 1 });
      return { knownMs: bars.closeTimeMs, columns: { isEvent: Float64Array.from(isEvent) } };
    });
  });

  test('bars repaired, filled in and joined with an external series and another asset', () => {
    const random = makeRandom(5);
    // Every twentieth minute is missing, and one price in a thousand is ten times too high.
    const rows = Int32Array.from(fine.close.keys()).filter(() => random.uniform() > 0.05);
    const holed = barsFromTable(takeRows(barsToTable(fine), rows));
    const raw = { ...holed, close: holed.close.map((price) => (random.uniform() < 0.001 ? 10 * price : price)) };
    const hourMs = 60 * MINUTE_MS;
    const hours = Float64Array.from({ length: Math.floor((wholeMs - plan.window.fromMs) / hourMs) }, (_, i) => plan.window.fromMs + i * hourMs);
    const series = { timeMs: hours, knownAtMs: hours.map((timeMs) => timeMs + 7 * MINUTE_MS), value: hours.map(() => random.normal()) };
    assertInvariant((untilMs) => {
      const known = barsKnownBy(raw, untilMs);
      const until = upperBound(series.knownAtMs, untilMs);
      const given = { timeMs: series.timeMs.slice(0, until), knownAtMs: series.knownAtMs.slice(0, until), value: series.value.slice(0, until) };
      const { bars } = completeBars(known, { periodMs: MINUTE_MS, imputation: { method: 'carry', maxBars: 3 } });
      const joined = joinPair(joinExternal(bars, 'open-interest', given), 'OTHER', barsKnownBy(fine, untilMs));
      // That a minute is missing is known with the next bar that is there.
      const knownMs = joined.closeTimeMs.map((timeMs) => known.closeTimeMs[lowerBound(known.closeTimeMs, timeMs)]);
      return { knownMs, keyMs: joined.closeTimeMs, columns: barsToTable(joined).columns as Record<string, Float64Array> };
    });
  });

  test('every feature of the analyst', () => {
    assertInvariant(featuresAt);
  });

  test('labels, their times, barriers and returns: each known from its end on and NaN until then', () => {
    assertInvariant((untilMs) => {
      const { bars } = knownBy(untilMs);
      const labels = computeTripleBarrier(bars, exponentialVolatility(bars.close), chain.labelChoice);
      const { label, labelEndMs, logReturn } = labels;
      return {
        knownMs: labelEndMs,
        keyMs: bars.closeTimeMs,
        columns: { label, labelEndMs, logReturn, barrier: label.map((value, t) => (Number.isNaN(value) ? value : labels.barrier[t])) },
      };
    });
  });

  test('every feature and label of the tactician: a feature is known at the entry, a label from its end on and NaN until then', () => {
    const computedAt = (untilMs: number): readonly Computed[] => {
      const { examples, fine: known } = examplesAt(untilMs);
      const { names, columns } = examples.features;
      const features = { ...Object.fromEntries(names.map((name, j) => [name, columns[j]])), signalMs: examples.closeTimeMs, volatility: examples.volatility };
      const { label, labelEndMs, netReturn } = tacticianLabels(examples, known, chain.rules);
      return [
        { knownMs: examples.entryTimeMs, columns: features },
        { knownMs: labelEndMs, keyMs: examples.entryTimeMs, columns: { label, labelEndMs, netReturn } },
      ];
    };
    const whole = computedAt(wholeMs);
    let compared = 0;
    for (const cut of randomCuts(plan.window.fromMs, wholeMs, 17)) {
      for (const [i, part] of computedAt(cut).entries()) {
        const result = firstDifference(whole[i], part, cut);
        assert.equal(result.difference, null);
        compared += result.compared;
      }
    }
    assert.ok(compared > 1000, `${compared} values compared`);
  });

  test('decisions of the trained chain on the test segment', () => {
    const { fromMs, toMs } = plan.segments.test;
    assertInvariant(
      (untilMs) => {
        const known = knownBy(untilMs);
        const { regimes, entryTimeMs, ...columns } = applyChain(chain, { fineBars: known.fine, funding: known.funding }, { fromMs, toMs });
        const byRegime = REGIMES.map((name, r) => [name, entryTimeMs.map((_, i) => regimes[i * REGIMES.length + r])] as const);
        return { knownMs: entryTimeMs, columns: { ...columns, side: Float64Array.from(columns.side), ...Object.fromEntries(byRegime) } };
      },
      randomCuts(fromMs, toMs, 18),
    );
  });

  test('a feature shifted one bar into the future is caught and named (M3.34d)', () => {
    const { difference } = check((untilMs) => {
      const honest = featuresAt(untilMs);
      const leaky = honest.columns['taker_imbalance'].map((_, t, column) => column[t + 1] ?? 0);
      return { ...honest, columns: { ...honest.columns, taker_imbalance: leaky } };
    });
    assert.match(difference ?? '', /^taker_imbalance at /);
  });

  test('a feature scaled by the mean of the whole series is caught and named', () => {
    const { difference } = check((untilMs) => {
      const honest = featuresAt(untilMs);
      const column = honest.columns['taker_imbalance'];
      const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
      return { ...honest, columns: { ...honest.columns, taker_imbalance: column.map((value) => value - mean) } };
    });
    assert.match(difference ?? '', /^taker_imbalance at /);
  });

  test('a label that is given before its outcome is known is caught', () => {
    const { difference } = check((untilMs) => {
      const { bars } = knownBy(untilMs);
      const { label, labelEndMs } = computeTripleBarrier(bars, exponentialVolatility(bars.close), chain.labelChoice);
      return { knownMs: labelEndMs, keyMs: bars.closeTimeMs, columns: { label: label.map((value) => (Number.isNaN(value) ? 0 : value)) } };
    });
    assert.match(difference ?? '', /^label at .*not known/);
  });
});
