import assert from 'node:assert/strict';
import test from 'node:test';
import { familyParameters } from '../../activities/specialist-parameters.js';
import type { NetworkStepParameters } from '../../activities/specialist-parameters.js';
import type { SpecialistExamples } from '../../activities/specialist-examples.js';
import { linearFamily } from '../../core/models/linear.js';
import { mlp } from '../../core/nn/mlp.js';
import { networkFamily } from '../../core/nn/network-family.js';
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import type { StepContext } from '../../pipeline/step-context.js';

const MINUTE = 60_000;
/** The plain backend: it needs no library. */
const openPlain = () => openTensorBackend({ backend: 'cpu' });
const network = networkFamily(mlp, openPlain);
/** Signals at these minutes, each looked at `later` minutes after it. */
const at = (minutes: readonly number[], later = minutes.map(() => 0)): SpecialistExamples => {
  const closeTimeMs = Float64Array.from(minutes, (minute) => minute * MINUTE);
  return { closeTimeMs, startMs: closeTimeMs.map((timeMs, i) => timeMs + later[i]! * MINUTE) } as SpecialistExamples;
};

function contextOf(parameters: NetworkStepParameters, open = openPlain): StepContext<NetworkStepParameters> {
  return { parameters, ports: { tensorBackend: open } } as StepContext<NetworkStepParameters>;
}

test('a network leaves out the longest label before what stops it: the embargo in rows, counted by the shortest distance of two signals', async () => {
  const purgeOf = async (embargoMs: number, examples: SpecialistExamples): Promise<unknown> =>
    (await familyParameters(contextOf({ embargoMs, device: 'cpu' }), network, examples))['purgeRows'];
  assert.equal(await purgeOf(120 * MINUTE, at([15, 30, 45, 60])), 8);
  assert.equal(await purgeOf(100 * MINUTE, at([15, 30, 45, 60])), 7);
  // Signals are not in step: a gap makes no label shorter in rows.
  assert.equal(await purgeOf(120 * MINUTE, at([15, 90, 105, 500])), 8);
  // The second signal found its first minute only after an outage, right before the third.
  assert.equal(await purgeOf(120 * MINUTE, at([15, 30, 45], [1, 15, 1])), 8);
});

test('all else is as the family has it; a family that is no network is given its defaults and no backend is opened', async () => {
  const parameters = await familyParameters(contextOf({ embargoMs: MINUTE, device: 'cpu' }), network, at([1, 2]));
  assert.deepEqual(parameters, { ...network.defaults, purgeRows: 1 });
  const closed = contextOf({ embargoMs: MINUTE, device: 'cpu' }, () => Promise.reject(new Error('opened')));
  assert.equal(await familyParameters(closed, linearFamily, at([1, 2])), linearFamily.defaults);
});

test('a backend on another device than the plan says is refused, and both are named', async () => {
  await assert.rejects(familyParameters(contextOf({ embargoMs: MINUTE, device: 'gpu' }), network, at([1, 2])), {
    name: 'UnsupportedDevice',
    message: 'expected a tensor backend on device gpu, found cpu on cpu',
  });
});
