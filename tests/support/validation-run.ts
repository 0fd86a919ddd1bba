/** A small simulated run, trained once a test file, on which the steps after the chain are run in this process. */
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { makeArtifactMemory, runStepInProcess } from '../../activities/in-process-steps.js';
import type { RunPlan } from '../../pipeline/plan.js';
import type { StepPorts } from '../../pipeline/ports.js';
import type { StepFunction } from '../../pipeline/step-context.js';
import type { StepDefinition } from '../../pipeline/step-definition.js';
import { chainPorts, contentOf } from './chain-run.js';
import type { SimulatedChain } from './simulated-chain.js';
import type { Checkpoint } from '../../pipeline/checkpoint.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { trainSimulatedChain } from './simulated-chain.js';

export interface ValidationRun extends SimulatedChain {
  /** Openings of the test segment, in order. */
  readonly openings: unknown[];
  /** Stored objects outside the run, by address. */
  readonly objects: Map<string, Uint8Array>;
  readonly ports: StepPorts;
  /** A copy of the run's memory to change. */
  copyMemory(): ArtifactMemory;
  /** The memory after one step ran anew over it. */
  runStep(
    definition: StepDefinition,
    step: StepFunction,
    over?: { plan?: RunPlan; memory?: ArtifactMemory; threads?: number; checkpoint?: Checkpoint },
  ): Promise<ArtifactMemory>;
}

/** Ten simulated days with a strong planted signal and a chain trained on them. */
export async function makeValidationRun(): Promise<ValidationRun> {
  const trained = await trainSimulatedChain({
    preset: 'quick-test',
    retentionDays: 10,
    maxTrials: 3,
    bootstrapPaths: 500,
    minimumEffectiveSample: 5,
    simulation: { tradesPerMinute: 8, signalStrength: 0.6 },
  });
  const openings: unknown[] = [];
  const objects = new Map<string, Uint8Array>();
  const ports: StepPorts = {
    ...chainPorts(),
    ledger: { record: async (opening) => void openings.push(opening) },
    readObject: async ({ uri }) => objects.get(uri)!,
  };
  const copyMemory = (): ArtifactMemory => {
    const copy = makeArtifactMemory();
    for (const [step, artifacts] of trained.memory.artifacts) copy.artifacts.set(step, new Map(artifacts));
    return copy;
  };
  return {
    ...trained,
    openings,
    objects,
    ports,
    copyMemory,
    runStep: async (definition, step, over = {}) => {
      const memory = over.memory ?? copyMemory();
      memory.artifacts.delete(definition.id);
      const execution = { threads: over.threads ?? 1, chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, sourceFiles: {} };
      const signal = { aborted: false, throwIfAborted: () => undefined };
      await runStepInProcess({ definition, run: step }, over.plan ?? trained.plan, {
        memory,
        ports,
        execution,
        signal,
        checkpoint: over.checkpoint ?? NO_CHECKPOINT,
        progress: () => undefined,
      });
      return memory;
    },
  };
}

/** Every artifact of a step as text, exact to the bit. */
export async function contentsOf(memory: ArtifactMemory, step: string): Promise<string> {
  const names = [...memory.artifacts.get(step)!.keys()].sort();
  return JSON.stringify(await Promise.all(names.map(async (name) => [name, await contentOf(memory, step, name)])));
}
