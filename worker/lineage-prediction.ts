/** One decision on the test segment, back to the models, features and parameters that it was computed with (J7). */
import type { ObjectStore } from '../adapters/object-store/index.js';
import { makeStepInputs } from '../adapters/step-files/index.js';
import { fineBarRefs } from '../activities/fine-bars.js';
import { bundleFiles } from '../activities/load-chain.js';
import { float64Column } from '../core/data/table.js';
import type { Table } from '../core/data/table.js';
import type { Ensemble } from '../core/ensembles/ensemble.js';
import { memberKey } from '../core/ensembles/ensemble.js';
import { modelHeader } from '../core/models/model-bytes.js';
import { PipelineError } from '../pipeline/errors.js';
import type { LineageSubject } from '../pipeline/lineage.js';
import type { StepInputs } from '../pipeline/step-context.js';
import type { StepId } from '../pipeline/steps/index.js';
import { readChain } from './lineage-chain.js';
import type { FoundSubject } from './found-subject.js';
import type { StoredRun } from './run-record.js';

type Parts = LineageSubject['artifacts'];

/** The decision whose entry or signal is at a time. @throws PipelineError MissingArtifact naming the nearest ones, IntegrityError */
export async function predictionSubject(store: ObjectStore, run: StoredRun, timeMs: number): Promise<FoundSubject> {
  const { manifests } = await readChain(store, run, ['saving']);
  const inputs = makeStepInputs(store, Object.fromEntries([...manifests].map(([step, manifest]) => [step, manifest.artifacts])));
  const decisions = await inputs.table('saving', 'test-decisions', 'ares.decisions');
  const row = rowAt(decisions, timeMs, run.workflowId);
  const facts = Object.fromEntries(Object.entries(decisions.columns).map(([name, column]) => [name, shown(name, column[row])]));
  const entryMs = float64Column(decisions, 'entryTimeMs')[row] as number;
  const artifacts: Parts = [
    { step: 'saving', role: 'decision in', ref: inputs.ref('saving', 'test-decisions'), facts: { row } },
    ...(await chainParts(inputs)),
    ...fineBarRefs(inputs, { toMs: entryMs }).map((ref) => ({ step: 'market-regime-classification', role: 'bars', ref, facts: {} })),
    { step: 'data-collection', role: 'funding', ref: inputs.ref('data-collection', 'funding'), facts: {} },
  ];
  return { run, subject: { kind: 'prediction', facts, artifacts }, steps: ['final-parameters-optimization'] };
}

function rowAt(decisions: Table, timeMs: number, run: string): number {
  for (const name of ['entryTimeMs', 'signalTimeMs']) {
    const row = float64Column(decisions, name).indexOf(timeMs);
    if (row >= 0) return row;
  }
  const entries = float64Column(decisions, 'entryTimeMs');
  const near = [...entries].sort((a, b) => Math.abs(a - timeMs) - Math.abs(b - timeMs)).slice(0, 2);
  throw new PipelineError(
    'MissingArtifact',
    `run ${run} has no decision at ${new Date(timeMs).toISOString()}; of its ${entries.length} decisions the nearest are at ${near.map((at) => new Date(at).toISOString()).join(', ')}`,
  );
}

/** Everything in the hand-over bundle, models with their family, features and weight. */
async function chainParts(inputs: StepInputs): Promise<Parts> {
  const weights = await memberWeights(inputs);
  const files = Object.keys(await bundleFiles(inputs)).sort();
  return Promise.all(
    files.map(async (file) => {
      const slash = file.indexOf('/');
      const [step, name] = [file.slice(0, slash) as StepId, file.slice(slash + 1)];
      const ref = inputs.ref(step, name);
      if (ref.kind !== 'model') return { step, role: 'computed with', ref, facts: {} };
      const { family, featureNames } = modelHeader(await inputs.bytes(step, name));
      return { step, role: 'model', ref, facts: { family, weights: weights.get(file) ?? [], features: featureNames } };
    }),
  );
}

async function memberWeights(inputs: StepInputs): Promise<Map<string, string[]>> {
  const weights = new Map<string, string[]>();
  for (const step of ['analyst-ensemble-creation', 'tactician-ensemble-creation'] as const) {
    const { role, stacks } = await inputs.json<Ensemble>(step, 'ensemble');
    for (const stack of stacks) {
      stack.members.forEach((member, m) => {
        const key = memberKey(member);
        weights.set(key, [...(weights.get(key) ?? []), `${role} ${stack.regime}: ${stack.weights[m] ?? 0}`]);
      });
    }
  }
  return weights;
}

function shown(name: string, value: number | string | undefined): number | string {
  return name.endsWith('Ms') && typeof value === 'number' ? new Date(value).toISOString() : (value ?? '');
}
