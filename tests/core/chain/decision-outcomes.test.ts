import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChainDecisions } from '../../../core/chain/apply-chain.js';
import { analystOutcomes, tacticianOutcomes } from '../../../core/chain/decision-outcomes.js';
import { tacticianFeatures, tacticianLabels, tacticianRules } from '../../../core/chain/tactician-examples.js';
import type { TrainedChain } from '../../../core/chain/trained-chain.js';
import { resampleBars } from '../../../core/data/resample-bars.js';
import { exponentialVolatility } from '../../../core/labels/exponential-volatility.js';
import { computeTripleBarrier } from '../../../core/labels/triple-barrier.js';
import { walkBars } from '../../support/synthetic-bars.js';

const MINUTE_MS = 60_000;
const PERIOD_MS = 5 * MINUTE_MS;
const BARRIERS = { takeProfit: 2, stopLoss: 1, holdingBars: 6 };
const HOLDING_MS = BARRIERS.holdingBars * PERIOD_MS;
const CHAIN = {
  periodMs: PERIOD_MS,
  labelChoice: { ...BARRIERS, holdingMs: HOLDING_MS, volatilitySpanBars: 10 },
  rules: tacticianRules(BARRIERS, { market: 'perp', set: 'minimal', holdingMs: HOLDING_MS }, { takerFeeBps: 5, halfSpreadBps: 1 }),
} as unknown as TrainedChain;

const fine = walkBars(1200, 7);
const bars = resampleBars(fine, PERIOD_MS);
const volatility = exponentialVolatility(bars.close, CHAIN.labelChoice.volatilitySpanBars);
/** Every third bar gives a signal, sides in turn. */
const rows = Int32Array.from({ length: 60 }, (_, i) => 40 + 3 * i);
const signals = {
  closeTimeMs: Float64Array.from(rows, (row) => bars.closeTimeMs[row]!),
  probability: Float64Array.from(rows, (_, i) => (i % 2 === 0 ? 0.9 : 0.1)),
  volatility: Float64Array.from(rows, (row) => volatility[row]!),
  regimes: new Float64Array(4 * rows.length).fill(0.25),
};
const examples = tacticianFeatures(signals, fine, { market: 'perp', set: 'minimal', holdingMs: HOLDING_MS });
const decisions = { ...examples, signalTimeMs: examples.closeTimeMs } as unknown as ChainDecisions;
const lastMs = fine.closeTimeMs[fine.closeTimeMs.length - 1]!;
/** In the middle of the signals: the last entry's outcome is on its way. */
const cutMs = examples.entryTimeMs[30]!;

test("outcomes are the labels that the chain's two models are trained on", () => {
  const analyst = analystOutcomes(CHAIN, fine, { signalTimeMs: signals.closeTimeMs, untilMs: lastMs });
  const expected = computeTripleBarrier(bars, volatility, CHAIN.labelChoice);
  assert.deepEqual(analyst, { y: Float64Array.from(rows, (row) => expected.label[row]!), endMs: Float64Array.from(rows, (row) => expected.labelEndMs[row]!) });
  const tactician = tacticianOutcomes(CHAIN, fine, { decisions, untilMs: lastMs });
  const { label, labelEndMs } = tacticianLabels(examples, fine, CHAIN.rules);
  assert.deepEqual(tactician, { y: label, endMs: labelEndMs });
  for (const { y } of [analyst, tactician]) assert.deepEqual([...new Set(y)].sort(), [0, 1]);
});

test('with data up to a time, outcomes known by then are the same and the others are not known', () => {
  const known = signals.closeTimeMs.filter((time) => time <= cutMs);
  const until = (untilMs: number): ReturnType<typeof analystOutcomes> => analystOutcomes(CHAIN, fine, { signalTimeMs: known, untilMs });
  const early = examples.entryTimeMs.filter((time) => time <= cutMs).length;
  const part = {
    ...{ signalTimeMs: decisions.signalTimeMs.subarray(0, early), entryTimeMs: decisions.entryTimeMs.subarray(0, early) },
    ...{ side: decisions.side.subarray(0, early), volatility: decisions.volatility.subarray(0, early), regimes: decisions.regimes.subarray(0, 4 * early) },
  } as ChainDecisions;
  const follow = (untilMs: number): ReturnType<typeof tacticianOutcomes> => tacticianOutcomes(CHAIN, fine, { decisions: part, untilMs });
  for (const of of [until, follow]) {
    const [whole, cut] = [of(lastMs), of(cutMs)];
    const isKnown = whole.endMs.map((end) => Number(end <= cutMs));
    assert.ok(isKnown.includes(0) && isKnown.includes(1));
    for (const name of ['y', 'endMs'] as const) {
      assert.deepEqual(
        cut[name],
        whole[name].map((value, i) => (isKnown[i] === 1 ? value : Number.NaN)),
      );
    }
  }
});

test('a signal at whose time no bar closes within the data is refused by its time', () => {
  const late = signals.closeTimeMs[31]!;
  const of = { signalTimeMs: Float64Array.of(late), untilMs: cutMs };
  assert.throws(() => analystOutcomes(CHAIN, fine, of), { name: 'InvalidData', message: new RegExp(`bars of signals: .*${late}`) });
  assert.throws(() => tacticianOutcomes(CHAIN, fine, { decisions, untilMs: cutMs }), { name: 'InvalidData', message: /fine bars of entries/ });
});
