import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Calibrator } from '../../../core/calibration/calibrator.js';
import { DEFAULT_STRATEGY_PARAMETERS } from '../../../core/backtest/strategy-parameters.js';
import type { ChainModel } from '../../../core/chain/trained-chain.js';
import { applyEnsemble } from '../../../core/ensembles/apply-ensemble.js';
import type { Ensemble, EnsembleMember, Stack } from '../../../core/ensembles/ensemble.js';
import { memberKey } from '../../../core/ensembles/ensemble.js';
import { logistic } from '../../../core/ensembles/log-odds.js';
import type { DecisionMaker, DecisionRecord } from '../../../core/explanations/decision-record.js';
import { recordDecision, replayDecision } from '../../../core/explanations/decision-record.js';
import { recordPrediction, takeInputs } from '../../../core/explanations/explain-ensemble.js';
import { elasticNetFamily } from '../../../core/models/elastic-net.js';
import { linearFamily } from '../../../core/models/linear.js';
import type { Classifier, FitData } from '../../../core/models/model.js';
import type { RegimeOrPooled } from '../../../core/regimes/regime-names.js';
import { betSize } from '../../../core/risk/bet-size.js';
import { makeRandom } from '../../../core/stats/random.js';

const REGIMES_NOW = [0.6, 0.3, 0.1, 0];
const NAMES = ['a', 'b', 'c'];

function examples(seed: number): FitData {
  const random = makeRandom(seed);
  const values = Float64Array.from({ length: 600 }, (_, i) => (i % 37 === 5 ? Number.NaN : random.normal()));
  const rows = Int32Array.from({ length: 200 }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => Number((values[row * 3] || 0) + 0.4 * random.normal() > 0));
  return { features: { rowCount: 200, columnCount: 3, values }, featureNames: NAMES, rows, y, weights: new Float64Array(200).fill(1) };
}

const member = (regime: RegimeOrPooled, family: string): EnsembleMember => ({
  regime,
  step: 'analyst-specialist-training',
  family,
  artifact: `model-${regime}-${family}`,
  sha256: `${family}-hash`,
});

function stack(regime: RegimeOrPooled, members: readonly EnsembleMember[], status: Stack['status']): Stack {
  return {
    regime,
    status,
    reason: '',
    effectiveSample: 100,
    rows: 200,
    members,
    weights: members.map((_, j) => 0.7 - 0.2 * j),
    intercept: members.length === 0 ? 0 : 0.05,
  };
}

/** BULL has two members of its own, the other regimes the pooled one. */
function ensembleOf(role: Ensemble['role']): Ensemble {
  const pooled = member('POOLED', 'linear');
  const stacks = [
    stack('BULL', [member('BULL', 'elastic-net'), pooled], 'stacked'),
    ...(['BEAR', 'SIDEWAYS', 'VOLATILE'] as const).map((regime) => stack(regime, [], 'pooled')),
    stack('POOLED', [pooled], 'stacked'),
  ];
  return { schema: 'ares.ensemble', role, routing: 'filtered-regime-probability', stacks };
}

async function chainModel(role: Ensemble['role'], seed: number, calibrator: Calibrator): Promise<ChainModel> {
  const options = { seed: 1, threads: 1, parameters: {} };
  const classifiers = new Map<string, Classifier>([
    [memberKey(member('BULL', 'elastic-net')), await elasticNetFamily.fit(examples(seed), options)],
    [memberKey(member('POOLED', 'linear')), await linearFamily.fit(examples(seed + 1), options)],
  ]);
  return { ensemble: ensembleOf(role), classifiers, calibrator };
}

let maker: DecisionMaker;
let record: DecisionRecord;
const data = examples(9);
const features = { names: NAMES, columns: NAMES.map((_, j) => Float64Array.from(data.rows, (row) => data.features.values[row * 3 + j]!)) };
/** The first row with a value missing whose column 0 is well above 0: a long. */
const ROW = data.rows.find(
  (row) => data.features.values[row * 3]! > 1 && data.features.values.subarray(row * 3, row * 3 + 3).some((value) => Number.isNaN(value)),
)!;

before(async () => {
  maker = {
    analyst: await chainModel('analyst', 1, { method: 'platt', a: -0.8, b: 0.1 }),
    tactician: await chainModel('tactician', 5, { method: 'platt', a: -0.9, b: -0.2 }),
    pooledMember: memberKey(member('POOLED', 'linear')),
    rules: {
      parameters: DEFAULT_STRATEGY_PARAMETERS,
      barriers: { takeProfit: 2, stopLoss: 1 } as DecisionMaker['rules']['barriers'],
      costs: {} as DecisionMaker['rules']['costs'],
      spot: false,
    },
  };
  const inputsOf = (model: ChainModel) => takeInputs(model, features, { row: ROW, historyRows: 3, regimes: REGIMES_NOW });
  record = recordDecision(maker, {
    signalTimeMs: 1000,
    entryTimeMs: 2000,
    side: 1,
    volatility: 0.01,
    analyst: inputsOf(maker.analyst),
    tactician: inputsOf(maker.tactician),
  });
});

test('a record written as JSON, read back and replayed is the same to the bit, missing values and size included', () => {
  assert.ok(record.analyst.inputs.values.includes(null) && record.size > 0);
  const copy = JSON.parse(JSON.stringify(record)) as DecisionRecord;
  assert.deepEqual(copy, record);
  assert.deepEqual(replayDecision(maker, copy), record);
});

test('the numbers are those of the ensemble and its calibrator, and of the sizing rule', () => {
  for (const role of ['analyst', 'tactician'] as const) {
    const { ensemble, classifiers, calibrator } = maker[role];
    const probabilities = new Map([...classifiers].map(([key, classifier]) => [key, classifier.predictProba(data.features, Int32Array.of(ROW))]));
    const [raw] = applyEnsemble(ensemble, { rowCount: 1, probabilities }, Float64Array.from(REGIMES_NOW));
    assert.equal(record[role].raw, raw);
    const { a, b } = calibrator as { a: number; b: number };
    assert.ok(Math.abs(record[role].calibrated - 1 / (1 + Math.exp(a * Math.log(raw! / (1 - raw!)) + b))) < 1e-12);
  }
  // The regime scale is 0.6 + 0.3 + 0.1, one rounding below 1.
  assert.ok(Math.abs(record.size - betSize(record.tactician.calibrated)) < 1e-12);
  assert.equal(record.pooled, record.analyst.members.find(({ family }) => family === 'linear')!.probability);
});

test('stacks add up: members to the stack score, stacks by routing to the raw probability, features to each member', () => {
  const { stacks, members, raw } = record.analyst;
  assert.deepEqual(
    stacks.map(({ regime, routing }) => [regime, Math.round(routing * 1e12) / 1e12]),
    [
      ['BULL', 0.6],
      ['POOLED', 0.4],
    ],
  );
  for (const { intercept, contributions, probability } of stacks) {
    const score = Object.values(contributions).reduce((sum, value) => sum + value, intercept);
    assert.ok(Math.abs(logistic(score) - probability) < 1e-12);
  }
  assert.ok(Math.abs(stacks.reduce((sum, { routing, probability }) => sum + routing * probability, 0) - raw) < 1e-12);
  for (const { probability, explanation } of members) {
    assert.deepEqual(Object.keys(explanation!.contributions), NAMES);
    const sum = Object.values(explanation!.contributions).reduce((total, value) => total + value, explanation!.base);
    assert.ok(Math.abs(logistic(sum) - probability) < 1e-12);
  }
});

test('a changed input changes the replay, a decision below its threshold has size 0', () => {
  const values = record.tactician.inputs.values.map((value, i, all) => (i === all.length - 3 ? -value! : value));
  const changed = replayDecision(maker, { ...record, tactician: { ...record.tactician, inputs: { ...record.tactician.inputs, values } } });
  assert.notEqual(changed.tactician.raw, record.tactician.raw);
  assert.equal(
    replayDecision(
      { ...maker, rules: { ...maker.rules, parameters: { ...DEFAULT_STRATEGY_PARAMETERS, thresholds: { analyst: 0.999, tactician: 0 } } } },
      record,
    ).size,
    0,
  );
});

test('a missing feature, a torn row, a member without its model and a pooled model that is no member are refused by name', () => {
  const at = { row: ROW, historyRows: 0, regimes: REGIMES_NOW };
  assert.throws(() => takeInputs(maker.analyst, { names: ['a', 'b'], columns: features.columns.slice(0, 2) }, at), {
    name: 'InvalidData',
    message: /feature c; found a, b/,
  });
  const { inputs } = record.analyst;
  assert.throws(() => recordPrediction(maker.analyst, { ...inputs, values: inputs.values.slice(1) }), {
    name: 'InvalidData',
    message: /whole rows of 3 values/,
  });
  assert.throws(() => recordPrediction({ ...maker.analyst, classifiers: new Map() }, inputs), { name: 'InvalidData', message: /model of member/ });
  assert.throws(() => replayDecision({ ...maker, pooledMember: 'x' }, record), { name: 'InvalidData', message: /pooled single model x/ });
});
