/** Runs step functions in this process over artifacts held in memory: the walk-forward's windows, and tests. */
import { InvalidData } from '../core/errors.js';
import { deriveSeed } from '../core/stats/random.js';
import type { Abort } from '../core/abort.js';
import type { Table } from '../core/data/table.js';
import type { ArtifactRef } from '../pipeline/artifacts.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { PipelineError } from '../pipeline/errors.js';
import type { Checkpoint } from '../pipeline/checkpoint.js';
import { checkpointWithin } from '../pipeline/checkpoint.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { StepPorts } from '../pipeline/ports.js';
import { checkTable } from '../pipeline/check-table.js';
import type { Execution, RowLog, StepContext, StepFunction, StepInputs, StepOutputs } from '../pipeline/step-context.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import { parametersOf } from '../pipeline/step-definition.js';
import type { StepId } from '../pipeline/steps/index.js';

type Artifact = { readonly table: Table } | { readonly json: string } | { readonly bytes: Uint8Array } | { readonly path: string };

/** Artifacts of many steps in memory, by step and name. */
export interface ArtifactMemory {
  readonly artifacts: Map<string, Map<string, Artifact>>;
}

/** An empty memory. */
export function makeArtifactMemory(): ArtifactMemory {
  return { artifacts: new Map() };
}

export interface InProcessRun {
  readonly memory: ArtifactMemory;
  readonly ports: StepPorts;
  readonly execution: Execution;
  readonly signal: Abort;
  readonly checkpoint: Checkpoint;
  readonly progress: (fraction: number, message: string) => void;
}

/** A step's entry in the table, and its work. */
export interface InProcessStep {
  readonly definition: StepDefinition;
  readonly run: StepFunction;
}

/** Runs one step (its units first, then their combination) of a plan; its artifacts are in the memory afterwards. */
export async function runStepInProcess(step: InProcessStep, plan: RunPlan, run: InProcessRun): Promise<void> {
  const units = step.definition.units?.(plan) ?? [];
  for (const unit of [...units, null]) {
    run.signal.throwIfAborted();
    await step.run(makeContext(step.definition, { plan, unit, units }, run) as StepContext<never>);
  }
}

interface UnitOfPlan {
  readonly plan: RunPlan;
  readonly unit: string | null;
  readonly units: readonly string[];
}

function makeContext(definition: StepDefinition, { plan, unit, units }: UnitOfPlan, run: InProcessRun): StepContext {
  return {
    parameters: parametersOf(definition, plan, unit),
    unit,
    units,
    inputs: memoryInputs(run.memory),
    outputs: memoryOutputs(run.memory, definition.id),
    ports: run.ports,
    execution: run.execution,
    signal: run.signal,
    checkpoint: unit === null ? run.checkpoint : checkpointWithin(run.checkpoint, unit),
    seed: (...path) => deriveSeed(plan.spec.seed, definition.id, ...path),
    progress: run.progress,
    count: () => undefined,
  };
}

/** Step inputs that read the memory. */
export function memoryInputs(memory: ArtifactMemory): StepInputs {
  const find = (step: StepId, name: string): Artifact => {
    const artifact = memory.artifacts.get(step)?.get(name);
    if (artifact === undefined) throw new PipelineError('MissingArtifact', `step ${step} has no artifact ${name} in this process`);
    return artifact;
  };
  const path = async (step: StepId, name: string): Promise<string> => {
    const artifact = find(step, name);
    if (!('path' in artifact)) throw new InvalidData(`artifact ${step}/${name} is held in memory and has no file`);
    return artifact.path;
  };
  return {
    names: (step, prefix = '') => [...(memory.artifacts.get(step)?.keys() ?? [])].filter((name) => name.startsWith(prefix)).sort(),
    ref: (step, name) => memoryRef(step, name, find(step, name)),
    table: async (step, name, schema) => {
      const artifact = find(step, name);
      if (!('table' in artifact)) throw new InvalidData(`expected artifact ${step}/${name} to be a table`);
      return checkTable(artifact.table, schema, `${step}/${name}`);
    },
    json: async <T>(step: StepId, name: string): Promise<T> => {
      const artifact = find(step, name);
      if (!('json' in artifact)) throw new InvalidData(`expected artifact ${step}/${name} to be JSON`);
      return JSON.parse(artifact.json) as T;
    },
    bytes: async (step, name) => {
      const artifact = find(step, name);
      if (!('bytes' in artifact)) throw new InvalidData(`expected artifact ${step}/${name} to be bytes`);
      return artifact.bytes;
    },
    path,
  };
}

/** Artifacts in memory have no hash: their address says where they are. */
function memoryRef(step: string, name: string, artifact: Artifact): ArtifactRef {
  const rows = 'table' in artifact ? { rows: artifact.table.rowCount } : {};
  return { name, uri: `memory:${step}/${name}`, kind: 'table' in artifact ? 'table' : 'json', schema: 'memory', sha256: '0'.repeat(64), bytes: 0, ...rows };
}

/** Step outputs that write to the memory. */
export function memoryOutputs(memory: ArtifactMemory, step: string): StepOutputs {
  const put = (name: string, artifact: Artifact): void => {
    const artifacts = memory.artifacts.get(step) ?? new Map<string, Artifact>();
    if (artifacts.has(name)) throw new PipelineError('IntegrityError', `Invariant: step ${step} wrote artifact ${name} twice`);
    memory.artifacts.set(step, artifacts.set(name, artifact));
  };
  return {
    table: async (name, schema, table) => put(name, { table: checkTable(table, schema, `${step}/${name}`) }),
    log: async (name) => memoryLog((rows) => put(name, { json: canonicalJson(rows) })),
    json: async (name, _schema, value) => put(name, { json: canonicalJson(value) }),
    bytes: async (name, ...[, , bytes]) => put(name, { bytes }),
    file: async (name, ...[, , path]) => put(name, { path }),
    scratchPath: (name) => {
      throw new PipelineError('UnsupportedDevice', `step ${step} asked for a file for ${name}, but in-process steps hold their artifacts in memory`);
    },
  };
}

function memoryLog(seal: (rows: readonly unknown[]) => void): RowLog {
  const rows: unknown[] = [];
  return { append: async (row) => void rows.push(row), close: async () => seal(rows) };
}
