import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enhanceAnalysts } from '../../activities/analyst-enhancement.js';
import { trainAnalystSpecialists } from '../../activities/analyst-specialist-training.js';
import { memoryInputs } from '../../activities/in-process-steps.js';
import type { EnhancementRecord } from '../../activities/specialist-record.js';
import { chooseByOtherFolds } from '../../activities/specialist-search.js';
import { analystEnhancement } from '../../pipeline/steps/analyst-enhancement.js';
import { analystSpecialistTraining } from '../../pipeline/steps/analyst-specialist-training.js';
import type { Examples } from '../support/specialist-memory.js';
import { memoryOf, plantExamples, runTraining, specialistPlan } from '../support/specialist-memory.js';

const STEP = 'analyst-enhancement';
const plan = specialistPlan(3);

async function enhance(examples: Examples, threads = 1) {
  const memory = await memoryOf(examples);
  await runTraining(memory, [analystSpecialistTraining, trainAnalystSpecialists], { plan });
  await runTraining(memory, [analystEnhancement, enhanceAnalysts], { plan, threads });
  return { inputs: memoryInputs(memory), own: memory.artifacts.get(STEP)! };
}

const examples = plantExamples(3);
const { inputs, own } = await enhance(examples);
const { regimes } = await inputs.json<{ regimes: EnhancementRecord[] }>(STEP, 'enhancement');

test('each regime with a specialist has the original and both candidates beside it, a pooled one neither', () => {
  for (const record of regimes) {
    if (record.regime === 'VOLATILE') assert.deepEqual([record.status, record.original, record.candidates], ['pooled', null, []]);
    else
      assert.deepEqual(
        record.candidates.map(({ family, trials }) => [family, trials]),
        [
          ['lightgbm-tuned', 3],
          ['attention', 0],
        ],
      );
  }
});

test('a candidate is kept when and only when its log loss is below the original, and then has its four artifacts', async () => {
  const outcomes = new Set<boolean>();
  for (const { regime, original, candidates } of regimes) {
    for (const { family, scores, kept } of candidates) {
      assert.equal(kept, scores.logLoss! < original!.scores.logLoss!);
      for (const kind of ['models', 'oof', 'later', 'record']) assert.equal(own.has(`${kind}/${regime}/${family}`), kept, `${kind}/${regime}/${family}`);
      outcomes.add(kept);
    }
  }
  assert.equal(outcomes.size, 2, 'expected a kept and a rejected candidate in this data');
});

test("the original's score is step 5's, and each trial is logged with its parameters and objective", async () => {
  const pooled = regimes.find(({ regime }) => regime === 'POOLED')!;
  const record = await inputs.json<{ scores: { ownRows: unknown } }>('analyst-specialist-training', 'record/POOLED/lightgbm');
  assert.deepEqual(pooled.original!.scores, record.scores.ownRows);
  const trials = await inputs.json<{ trial: number; parameters: string; objective: number; state: string }[]>(STEP, 'trials/POOLED');
  assert.deepEqual(
    trials.map(({ trial, state }) => [trial, state]),
    [
      [0, 'complete'],
      [1, 'complete'],
      [2, 'complete'],
    ],
  );
  const least = trials.reduce((a, b) => (b.objective < a.objective ? b : a));
  const tuned = pooled.candidates[0]!;
  for (const [name, value] of Object.entries(JSON.parse(least.parameters))) assert.equal(tuned.parameters[name], value);
});

test('the choice in a fold comes from the other folds: it may be worse than the best trial, never chosen by the fold itself', () => {
  // Two folds of one row each, label 1. Trial a is best on fold 0, trial b on fold 1: each fold takes the trial of the other.
  const two = { own: Uint8Array.from([1, 1]), label: Float64Array.from([1, 1]), uniqueness: Float64Array.from([1, 1]) };
  const trial = (first: number, second: number) => ({
    positions: Int32Array.from([0, 1]),
    fold: Int32Array.from([0, 1]),
    probability: Float64Array.from([first, second]),
  });
  const folds = [{ fold: 0 }, { fold: 1 }];
  const chosen = chooseByOtherFolds(two as never, folds as never, [trial(0.9, 0.6), trial(0.2, 0.8)]);
  assert.deepEqual(Array.from(chosen.probability), [0.2, 0.6]);
});

test('every artifact is the same at 2 threads', async () => {
  assert.deepEqual((await enhance(examples, 2)).own, own);
});

test('later segments change no bit of a kept model, of a trial or of a decision', async () => {
  const other = await enhance({ ...examples, label: examples.label.map((value, row) => (row >= 600 ? 1 - value : value)) });
  for (const name of own.keys()) {
    if (/^(models|oof|trials|record\/[A-Z]+$)/.test(name)) assert.deepEqual(other.own.get(name), own.get(name), name);
  }
});

test('device gpu with a backend on the cpu is an UnsupportedDevice', async () => {
  const memory = await memoryOf(examples);
  await runTraining(memory, [analystSpecialistTraining, trainAnalystSpecialists], { plan });
  await assert.rejects(runTraining(memory, [analystEnhancement, enhanceAnalysts], { plan: { ...plan, settings: { ...plan.settings, device: 'gpu' } } }), {
    name: 'UnsupportedDevice',
  });
});
