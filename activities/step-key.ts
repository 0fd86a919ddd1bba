/** The step key: sha256 of all that a step's result depends on, and of nothing else. */
import { createHash } from 'node:crypto';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import type { RunPlan } from '../pipeline/plan.js';
import { deviceClass } from '../pipeline/resolve-device.js';
import { SCHEMAS } from '../pipeline/schemas.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import { parametersOf } from '../pipeline/step-definition.js';

/** What a build and a machine add to the key. */
export interface StepVersions {
  /** sha256 of each step's source closure, made by the build. */
  readonly code: Readonly<Record<string, string>>;
  /** Versions of native libraries by the adapter folder that calls them. */
  readonly natives: Readonly<Record<string, string>>;
}

export interface StepKeyInput {
  readonly definition: StepDefinition;
  readonly plan: RunPlan;
  readonly unit: string | null;
  readonly inputs: Readonly<Record<string, readonly ArtifactRef[]>>;
  readonly versions: StepVersions;
}

/** The key and what it was made of. Not in it: run id, time, host, worker count, chunk sizes, threads. */
export function stepKey(input: StepKeyInput): { key: string; parts: Record<string, unknown> } {
  const { definition, plan, versions } = input;
  const code = versions.code[definition.id];
  if (code === undefined) throw new Error(`Invariant: the build has no code hash for step ${definition.id}; run npm run build`);
  const inputs = Object.entries(input.inputs)
    .flatMap(([step, refs]) => refs.map((ref) => [`${step}/${ref.name}`, ref.sha256] as const))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const parts: Record<string, unknown> = {
    step: definition.id,
    unit: input.unit,
    code,
    natives: Object.fromEntries(
      definition.adapters.flatMap((adapter) => (versions.natives[adapter] === undefined ? [] : [[adapter, versions.natives[adapter]]])),
    ),
    // Numbers differ between device classes only where tensors are computed.
    device: definition.adapters.includes('tensor-backend') ? deviceClass(plan.settings) : 'any',
    seed: plan.spec.seed,
    parameters: parametersOf(definition, plan, input.unit),
    schemas: sha256(canonicalJson(SCHEMAS)),
    // Hundreds of day partitions make a long list: the key takes its hash, lineage reads the input manifests.
    inputs: sha256(canonicalJson(inputs)),
    inputCount: inputs.length,
  };
  return { key: sha256(canonicalJson(parts)), parts };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
