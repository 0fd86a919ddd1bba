import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { TrainedChain } from '../../../core/chain/trained-chain.js';
import { predictMembers } from '../../../core/chain/predict-members.js';
import { applyEnsemble } from '../../../core/ensembles/apply-ensemble.js';
import type { Ensemble, EnsembleMember, Stack } from '../../../core/ensembles/ensemble.js';
import { memberKey } from '../../../core/ensembles/ensemble.js';
import { logistic, logOdds } from '../../../core/ensembles/log-odds.js';
import { ensembleContributions, routedWeights } from '../../../core/explanations/ensemble-contributions.js';
import type { MemberCalls } from '../../../core/explanations/observe-members.js';
import { observeMembers } from '../../../core/explanations/observe-members.js';
import { linearFamily } from '../../../core/models/linear.js';
import type { Classifier } from '../../../core/models/model.js';
import type { RegimeOrPooled } from '../../../core/regimes/regime-names.js';
import { makeRandom } from '../../../core/stats/random.js';

const STEP = 'analyst-specialist-training';
const member = (regime: RegimeOrPooled, family: string): EnsembleMember => ({
  regime,
  step: STEP,
  family,
  artifact: `models/${regime}/${family}`,
  sha256: family,
});
const [BULL, POOLED, SILENT] = [member('BULL', 'linear'), member('POOLED', 'linear'), member('POOLED', 'silent')];

const stack = (regime: RegimeOrPooled, members: readonly EnsembleMember[], weights: readonly number[], intercept = 0): Stack => ({
  ...{ regime, members, weights, intercept, reason: '', effectiveSample: 100, rows: 100 },
  status: members.length === 0 ? 'pooled' : 'stacked',
});
const ENSEMBLE: Ensemble = {
  schema: 'ares.ensemble',
  role: 'analyst',
  routing: 'filtered-regime-probability',
  stacks: [
    stack('BULL', [BULL, POOLED], [0.5, 0.25], 0.1),
    ...(['BEAR', 'SIDEWAYS', 'VOLATILE'] as const).map((regime) => stack(regime, [], [])),
    stack('POOLED', [POOLED, SILENT], [0.75, 0.5], -0.2),
  ],
};
/** All BULL, all SIDEWAYS, half and half. */
const REGIMES_OF_ROWS = Float64Array.of(1, 0, 0, 0, 0, 0, 1, 0, 0.5, 0, 0.5, 0);
const AT = Int32Array.of(0, 1, 2);
const ROWS = Int32Array.of(5, 9, 30);

const random = makeRandom(4);
const columns = Array.from({ length: 3 }, () => Float64Array.from({ length: 60 }, () => random.normal()));
const names = ['a', 'b', 'c'];
let calls: MemberCalls;
let raw: Float64Array;

async function fitted(featureNames: readonly string[], seed: number): Promise<Classifier> {
  const rows = Int32Array.from({ length: 60 }, (_, row) => row);
  const own = featureNames.map((name) => columns[names.indexOf(name)]!);
  const noise = makeRandom(seed);
  const values = Float64Array.from({ length: 60 * own.length }, (_, k) => own[k % own.length]![Math.floor(k / own.length)]!);
  const y = Float64Array.from(rows, (row) => Number(own[0]![row]! + noise.normal() > 0));
  const fit = { features: { rowCount: 60, columnCount: own.length, values }, featureNames, rows, y, weights: new Float64Array(60).fill(1) };
  return linearFamily.fit(fit, { seed, threads: 1, parameters: {} });
}

before(async () => {
  const { explain: _, ...silent } = await fitted(['b'], 3);
  const classifiers = new Map<string, Classifier>([
    [memberKey(BULL), await fitted(['a', 'b'], 1)],
    [memberKey(POOLED), await fitted(['c', 'b'], 2)],
    [memberKey(SILENT), silent],
  ]);
  const model = { ensemble: ENSEMBLE, classifiers, calibrator: { method: 'identity' as const } };
  const watched = observeMembers({ analyst: model, tactician: model } as unknown as TrainedChain);
  const said = predictMembers(watched.observed.analyst.classifiers, { names, columns }, ROWS);
  assert.deepEqual(said, predictMembers(classifiers, { names, columns }, ROWS));
  raw = applyEnsemble(ENSEMBLE, said, REGIMES_OF_ROWS);
  calls = watched.calls.analyst;
  assert.equal(watched.calls.tactician.size, 0);
  for (const [key, call] of calls) assert.deepEqual(call.probabilities, said.probabilities.get(key));
});

test('base and contributions are the score, whose logistic is the probability where one stack is routed to', () => {
  const found = ensembleContributions(ENSEMBLE, calls, { at: AT, regimes: REGIMES_OF_ROWS });
  assert.deepEqual(found.names, ['a', 'b', 'c', `model ${memberKey(SILENT)}`]);
  AT.forEach((i) => {
    const sum = found.contributions.subarray(i * 4, i * 4 + 4).reduce((total, value) => total + value, found.base[i]!);
    assert.ok(Math.abs(sum - found.score[i]!) < 1e-9);
    if (i < 2) assert.ok(Math.abs(logistic(found.score[i]!) - raw[i]!) < 1e-12);
  });
  // Half and half the score is the mean of the two scores; the probability is the mean of the probabilities, which is another number.
  const halves = ensembleContributions(ENSEMBLE, calls, { at: Int32Array.of(2, 2), regimes: Float64Array.of(1, 0, 0, 0, 0, 0, 1, 0) });
  assert.ok(Math.abs(found.score[2]! - (halves.score[0]! + halves.score[1]!) / 2) < 1e-12);
});

test('by hand: weights are routed, a shared feature adds up over members, a member that does not explain itself counts whole', () => {
  const { weights, intercept } = routedWeights(ENSEMBLE, REGIMES_OF_ROWS);
  [0.1, -0.2, -0.05].forEach((value, i) => assert.ok(Math.abs(intercept[i]! - value) < 1e-15));
  assert.deepEqual(weights.get(memberKey(BULL)), Float64Array.of(0.5, 0, 0.25));
  assert.deepEqual(weights.get(memberKey(POOLED)), Float64Array.of(0.25, 0.75, 0.5));
  const { contributions, values } = ensembleContributions(ENSEMBLE, calls, { at: AT, regimes: REGIMES_OF_ROWS });
  const own = (key: string, i: number): Float64Array => {
    const { classifier, features } = calls.get(key)!;
    return classifier.explain!(features, Int32Array.of(ROWS[i]!))!.contributions;
  };
  AT.forEach((i) => {
    const shared = weights.get(memberKey(BULL))![i]! * own(memberKey(BULL), i)[1]! + weights.get(memberKey(POOLED))![i]! * own(memberKey(POOLED), i)[1]!;
    assert.ok(Math.abs(contributions[i * 4 + 1]! - shared) < 1e-12);
    assert.equal(values[i * 4 + 2], columns[2]![ROWS[i]!]);
    const whole = weights.get(memberKey(SILENT))![i]! * logOdds(calls.get(memberKey(SILENT))!.probabilities[i]!);
    assert.ok(Math.abs(contributions[i * 4 + 3]! - whole) < 1e-12);
    assert.ok(Number.isNaN(values[i * 4 + 3]));
  });
});

test('a member whose contributions are off by a thousandth stops it, by name', () => {
  const call = calls.get(memberKey(BULL))!;
  const lying: Classifier = {
    ...call.classifier,
    explain: (features, rows) => {
      const explanation = call.classifier.explain!(features, rows)!;
      return { ...explanation, base: explanation.base + 0.001 };
    },
  };
  const broken: MemberCalls = new Map([...calls, [memberKey(BULL), { ...call, classifier: lying }]]);
  assert.throws(() => ensembleContributions(ENSEMBLE, broken, { at: AT, regimes: REGIMES_OF_ROWS }), {
    name: 'NumericalError',
    message: /models\/BULL\/linear/,
  });
});
