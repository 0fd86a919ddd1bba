/** Step 10: one prediction an example, out of fold in train, from stacks over the tactician's own specialists. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { memoryInputs } from '../../activities/in-process-steps.js';
import { float64Column, int32Column, textColumn } from '../../core/data/table.js';
import type { Ensemble } from '../../core/ensembles/ensemble.js';
import { membersOf } from '../../core/ensembles/ensemble.js';
import { trainSimulatedChain } from '../support/simulated-chain.js';

const trained = await trainSimulatedChain({ preset: 'quick-test', simulation: { tradesPerMinute: 8 } }, { until: 'tactician-ensemble-creation' });
const inputs = memoryInputs(trained.memory);

test('each example of train, calibration and selection has one prediction at its signal', async () => {
  const labels = await inputs.table('tactician-labeling', 'labels', 'ares.tactician-labels');
  const predictions = await inputs.table('tactician-ensemble-creation', 'predictions', 'ares.signals');
  const segments = textColumn(labels, 'segment');
  const expected = [...int32Column(labels, 'row')].filter((_, i) => segments[i] !== 'none');
  assert.deepEqual(
    [...int32Column(predictions, 'row')].sort((a, b) => a - b),
    expected,
  );
  const times = float64Column(labels, 'closeTimeMs');
  int32Column(predictions, 'row').forEach((row, i) => assert.equal(float64Column(predictions, 'closeTimeMs')[i], times[row]));
  float64Column(predictions, 'probability').forEach((p) => assert.ok(p > 0 && p < 1));
});

test('members come from step 9 only, and every stack has as many weights as members', async () => {
  const ensemble = await inputs.json<Ensemble>('tactician-ensemble-creation', 'ensemble');
  assert.ok(membersOf(ensemble).every((member) => member.step === 'tactician-specialist-training'));
  assert.equal(ensemble.role, 'tactician');
  for (const stack of ensemble.stacks) {
    assert.equal(stack.weights.length, stack.members.length);
    assert.equal(stack.members.length === 0, stack.status === 'pooled');
  }
});
