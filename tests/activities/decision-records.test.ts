/** Step 15's record of the test's decisions: equal to what serving says, adding up, and using nothing of the future. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { AbVerdict } from '../../activities/ab-testing.js';
import { runAbTest } from '../../activities/ab-testing.js';
import type { Uncertainty } from '../../activities/calibration-uncertainty.js';
import type { DecisionSummary } from '../../activities/decision-records.js';
import { readEnsembleOutputs } from '../../activities/ensemble-outputs.js';
import { fineBarsName } from '../../activities/fine-bars.js';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { ADAPTIVE, ALPHA, rawPredictions } from '../../activities/label-conformal.js';
import { openTestSegment } from '../../activities/test-segment.js';
import { applyCalibrator } from '../../core/calibration/calibrator.js';
import { adaptiveConformal } from '../../core/conformal/adaptive-conformal.js';
import { labelScores } from '../../core/conformal/split-conformal.js';
import { decisionTable } from '../../core/chain/decision-table.js';
import type { Table } from '../../core/data/table.js';
import { float64Column, int32Column, sliceTable, takeRows, textColumn } from '../../core/data/table.js';
import { applyEnsemble } from '../../core/ensembles/apply-ensemble.js';
import type { Ensemble } from '../../core/ensembles/ensemble.js';
import { explainByKernel } from '../../core/explanations/kernel-shap.js';
import type { LabelChoice } from '../../core/labels/label-choice.js';
import { outcomeOrder } from '../../core/labels/outcome-order.js';
import { REGIMES } from '../../core/regimes/regime-names.js';
import { canonicalJson } from '../../pipeline/canonical-json.js';
import { chainParameters } from '../../pipeline/chain-parameters.js';
import type { SchemaId } from '../../pipeline/schemas.js';
import { abTesting } from '../../pipeline/steps/ab-testing.js';
import { makeValidationRun } from '../support/validation-run.js';

const ROLES = ['analyst', 'tactician'] as const;
const TABLES = {
  decisions: 'ares.decision-records',
  'decision-members': 'ares.decision-members',
  'decision-features': 'ares.decision-features',
  'online-weights': 'ares.online-weights',
} as const satisfies Record<string, SchemaId>;
const run = await makeValidationRun();
const recorded = await run.runStep(abTesting, runAbTest);
const decisions = await tableOf(recorded, 'decisions');
const members = await tableOf(recorded, 'decision-members');
const summary = await memoryInputs(recorded).json<DecisionSummary>('ab-testing', 'decision-summary');

function tableOf(memory: ArtifactMemory, name: keyof typeof TABLES): Promise<Table> {
  return memoryInputs(memory).table('ab-testing', name, TABLES[name]);
}

/** The rows of a long table that belong to a decision and a role. */
function rowsOf(table: Table, decision: number, role: string): number[] {
  const [of, roles] = [int32Column(table, 'decision'), textColumn(table, 'role')];
  return [...of.keys()].filter((i) => of[i] === decision && roles[i] === role);
}

/** The rows of a long table that belong to the decisions before `end`. */
function rowsBefore(table: Table, end: number): Table {
  const of = int32Column(table, 'decision');
  return takeRows(
    table,
    [...of.keys()].filter((i) => of[i]! < end),
  );
}

const sum = (values: Float64Array, rows: readonly number[]): number => rows.reduce((total, i) => total + values[i]!, 0);

test('the decisions are those that `ares predict` writes for the same bars, to the bit', async () => {
  const segment = await openTestSegment({ parameters: { chain: chainParameters(run.plan) }, inputs: memoryInputs(run.memory), ports: run.ports });
  segment.chain.dispose();
  const served = decisionTable(segment.decisions);
  assert.ok(served.rowCount > 30, `${served.rowCount} decisions`);
  for (const [name, column] of Object.entries(served.columns)) assert.deepEqual(decisions.columns[name], column, name);
});

test("members give the ensemble's probability, and calibrators what is traded on", async () => {
  for (const role of ROLES) {
    const step = `${role}-ensemble-creation` as const;
    const ensemble = await memoryInputs(run.memory).json<Ensemble>(step, 'ensemble');
    const { calibrator } = (
      await memoryInputs(run.memory).json<Record<string, { calibrator: { method: 'identity' } }>>('confidence-calibration', 'calibrators')
    )[role]!;
    const keys = [...new Set(textColumn(members, 'member'))].filter((key) => textColumn(members, 'role')[textColumn(members, 'member').indexOf(key)] === role);
    const probability = float64Column(members, 'probability');
    const probabilities = new Map(
      keys.map(
        (key) => [key, Float64Array.from([...probability.keys()].filter((i) => textColumn(members, 'member')[i] === key).map((i) => probability[i]!))] as const,
      ),
    );
    const regimes = Float64Array.from({ length: decisions.rowCount * 4 }, (_, k) => float64Column(decisions, REGIMES[k % 4]!)[Math.floor(k / 4)]!);
    const raw = applyEnsemble(ensemble, { rowCount: decisions.rowCount, probabilities }, regimes);
    assert.deepEqual(raw, float64Column(decisions, `${role}Raw`));
    assert.deepEqual(applyCalibrator(calibrator, raw), float64Column(decisions, role));
  }
});

test('the named contributions and the rest add up to score minus base, and the named ones are the largest', async () => {
  const features = await tableOf(recorded, 'decision-features');
  const [contribution, rank] = [float64Column(features, 'contribution'), int32Column(features, 'rank')];
  assert.equal(summary.explained, decisions.rowCount);
  for (const role of ROLES) {
    for (const decision of [0, 7, decisions.rowCount - 1]) {
      const rows = rowsOf(features, decision, role);
      const gap = float64Column(decisions, `${role}Score`)[decision]! - float64Column(decisions, `${role}Base`)[decision]!;
      assert.ok(Math.abs(sum(contribution, rows) - gap) < 1e-9);
      assert.deepEqual(
        rows.map((i) => rank[i]),
        rows.map((_, k) => k + 1),
      );
      const named = rows.slice(0, -1).map((i) => Math.abs(contribution[i]!));
      assert.deepEqual(
        named,
        [...named].sort((a, b) => b - a),
      );
    }
  }
});

test('what follows is the size the rules give: actions agree with sides, and none has size 0', () => {
  const [action, side, size] = [textColumn(decisions, 'action'), int32Column(decisions, 'side'), float64Column(decisions, 'size')];
  action.forEach((one, i) => assert.ok(one === 'none' ? size[i] === 0 : size[i]! > 0 && one === (side[i] === 1 ? 'long' : 'short')));
  assert.deepEqual(summary.actions.long + summary.actions.short + summary.actions.none, decisions.rowCount);
});

test('the online weights sum to 1 at every decision, begin equal, and the mixture stays within its bound of the best member', async () => {
  const table = await tableOf(recorded, 'online-weights');
  const weight = float64Column(table, 'weight');
  for (const role of ROLES) {
    const first = rowsOf(table, 0, role);
    assert.ok(first.every((i) => weight[i] === weight[first[0]!]));
    for (const decision of [0, 5, decisions.rowCount - 1]) {
      const rows = rowsOf(table, decision, role);
      assert.ok(Math.abs(sum(weight, rows) - 1) < 1e-12);
      const said = rowsOf(members, decision, role);
      const mixed = rows.reduce((total, i, k) => total + weight[i]! * float64Column(members, 'probability')[said[k]!]!, 0);
      assert.ok(Math.abs(mixed - float64Column(decisions, `${role}Online`)[decision]!) < 1e-12);
    }
    const { regret, regretBound, brierOnline, rows } = summary[role].online;
    assert.ok(rows > 20 && regret! <= regretBound! && brierOnline! < 0.5);
    const last = rowsOf(table, decisions.rowCount - 1, role);
    assert.ok(
      last.some((i) => Math.abs(weight[i]! - 1 / last.length) > 1e-6),
      'the weights moved',
    );
  }
});

test('bars cut off later leave every earlier decision, contribution and weight as it was, to the bit', async () => {
  const entry = float64Column(decisions, 'entryTimeMs');
  const cutMs = entry[Math.floor(entry.length / 2)]! + 1;
  const shortened = run.copyMemory();
  const step = shortened.artifacts.get('market-regime-classification')!;
  for (const name of [...step.keys()].filter((one) => one.startsWith(fineBarsName('')))) {
    const bars = await memoryInputs(run.memory).table('market-regime-classification', name, 'ares.bars');
    const kept = float64Column(bars, 'closeTimeMs').filter((time) => time <= cutMs).length;
    step.set(name, { table: sliceTable(bars, 0, kept) });
  }
  const after = await run.runStep(abTesting, runAbTest, { memory: shortened });
  const early = await tableOf(after, 'decisions');
  const kept = early.rowCount;
  assert.ok(kept > 10 && kept < decisions.rowCount, `${kept} of ${decisions.rowCount}`);
  for (const [name, column] of Object.entries(early.columns)) assert.deepEqual(column, (decisions.columns[name] as Float64Array).slice(0, kept), name);
  for (const name of ['decision-members', 'decision-features', 'online-weights'] as const) {
    assert.deepEqual(rowsBefore(await tableOf(after, name), kept), rowsBefore(await tableOf(recorded, name), kept), name);
  }
});

test('coverage on the test is counted from the stored sets, and the fixed sets are those of step 11', async () => {
  const { analyst } = await memoryInputs(run.memory).json<Uncertainty>('confidence-calibration', 'uncertainty');
  const raw = float64Column(decisions, 'analystRaw');
  const threshold = (i: number): number => {
    const regime = textColumn(decisions, 'regime')[i]!;
    const own = regime in analyst.rule.byRegime ? analyst.rule.byRegime[regime]! : analyst.rule.pooled;
    return own ?? Number.POSITIVE_INFINITY;
  };
  raw.forEach((p, i) => {
    assert.equal(decisions.columns['analystZero']![i], Number(p <= threshold(i)));
    assert.equal(decisions.columns['analystOne']![i], Number(1 - p <= threshold(i)));
  });
  const { rows, covered, low, high } = summary.analyst.coverage;
  assert.ok(rows > 20 && low <= covered! && covered! <= high);
});

test('the adaptive level comes to the test with what selection taught it: it stands at the first decision already', async () => {
  for (const role of ROLES) {
    const outputs = await readEnsembleOutputs(memoryInputs(run.memory), role);
    const before = Int32Array.from(outputs.row.keys()).filter((i) => outputs.segment[i] === 'selection' && Number.isFinite(outputs.y[i]!));
    const { timeMs, endMs, p, y } = rawPredictions(outputs, before);
    // One row more, at the first decision: all outcomes of selection are known by then.
    const first = float64Column(decisions, 'signalTimeMs')[0]!;
    assert.ok(before.length > 20 && endMs.every((end) => end <= first));
    const { levels } = adaptiveConformal(Float64Array.from([...labelScores(y, p), Number.NaN]), {
      alpha: ALPHA,
      ...ADAPTIVE,
      outcomes: outcomeOrder(Float64Array.from([...timeMs, first]), Float64Array.from([...endMs, Number.NaN])),
    });
    assert.equal(float64Column(decisions, `${role}AdaptiveLevel`)[0], levels.at(-1));
    assert.notEqual(levels.at(-1), ALPHA);
  }
});

test('the largest contribution of a decision with one routed member is near what Kernel SHAP finds for that member', async () => {
  const segment = await openTestSegment({ parameters: { chain: chainParameters(run.plan) }, inputs: memoryInputs(run.memory), ports: run.ports });
  try {
    const [, call] = [...segment.calls.analyst].find(([key]) => key === segment.chain.pooledMember)!;
    const row = call.rows[3]!;
    const exact = call.classifier.explain!(call.features, Int32Array.of(row))!;
    const background = Int32Array.from({ length: 60 }, (_, i) => 100 + i * 5);
    const kernel = explainByKernel(call.classifier, { features: call.features, rows: Int32Array.of(row) }, { background, scale: 'log-odds', seed: 1 });
    const width = call.classifier.featureNames.length;
    const mean = (values: Float64Array): number => values.reduce((total, value) => total + value, 0) / width;
    const [a, b] = [mean(exact.contributions), mean(kernel.contributions)];
    const cov = exact.contributions.reduce((total, value, j) => total + (value - a) * (kernel.contributions[j]! - b), 0);
    const size = (values: Float64Array, centre: number): number => Math.sqrt(values.reduce((total, value) => total + (value - centre) ** 2, 0));
    // Trees condition on their own cover, Kernel SHAP on the background rows: close, not equal.
    assert.ok(cov / (size(exact.contributions, a) * size(kernel.contributions, b)) > 0.8);
  } finally {
    segment.chain.dispose();
  }
});

test('a test segment without any decision is recorded as such, in every table and figure, and no verdict follows', async () => {
  const memory = run.copyMemory();
  const step = 'analyst-labeling-feature-engineering';
  const choice = await memoryInputs(memory).json<LabelChoice>(step, 'label-choice');
  const labels = new Map(memory.artifacts.get(step)!);
  // No price moves that far: no bar is an event, so the analyst has nothing to say.
  labels.set('label-choice', { json: canonicalJson({ ...choice, events: 'cusum', cusumThreshold: 1e6 }) });
  memory.artifacts.set(step, labels);
  const idle = await run.runStep(abTesting, runAbTest, { memory });
  const inputs = memoryInputs(idle);
  const found = await inputs.json<DecisionSummary>('ab-testing', 'decision-summary');
  assert.deepEqual([found.decisions, found.explained, found.actions], [0, 0, { long: 0, short: 0, none: 0 }]);
  for (const role of ROLES) {
    const { coverage, adaptiveCoverage, dissimilarShare, anomalousShare, meanSpread, online } = found[role];
    assert.deepEqual(
      [coverage.rows, coverage.covered, adaptiveCoverage.covered, dissimilarShare, anomalousShare, meanSpread],
      [0, null, null, null, null, null],
    );
    assert.deepEqual([online.members, online.rows, online.brierOnline, online.bestMember], [summary[role].online.members, 0, null, null]);
  }
  for (const name of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
    const [empty, full] = [await tableOf(idle, name), await tableOf(recorded, name)];
    assert.deepEqual([empty.rowCount, Object.keys(empty.columns)], [0, Object.keys(full.columns)]);
  }
  assert.equal((await inputs.json<AbVerdict>('ab-testing', 'verdict')).verdict, 'no verdict');
});
