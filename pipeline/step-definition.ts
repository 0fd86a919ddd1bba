/** What a step is: its entry in the table. */
import type { RunPlan } from './plan.js';

export interface StepDefinition<Id extends string = string, Parameters = unknown> {
  readonly id: Id;
  /** Activity type: typed by people and stored in histories, so it never changes. */
  readonly activity: string;
  readonly title: string;
  /** Steps whose artifacts it reads; it starts when they are done. */
  readonly needs: readonly string[];
  /** Steps that must be done before it starts although it reads nothing of them. */
  readonly after?: readonly string[];
  /** Parameters that the step reads and nothing else: they are hashed into the step key. */
  readonly parameters: (plan: RunPlan) => Parameters;
  /** Units of a fanned-out step, each with its own key and manifest; absent = the step is one unit. */
  readonly units?: (plan: RunPlan) => readonly string[];
  /** Parameters of one unit, where it reads less than the step does: its key then outlives changes that do not concern it. */
  readonly unitParameters?: (plan: RunPlan, unit: string) => Parameters;
  readonly queue: 'ares-io' | 'ares-cpu' | 'ares-gpu';
  /** True where the step (unit null) or one of its units fits networks; absent = never. */
  readonly fitsNetworks?: (plan: RunPlan, unit: string | null) => boolean;
  readonly startToCloseMinutes: number;
  /** Without a sign of progress for so long, the compute child counts as stuck. */
  readonly stallMinutes: number;
  /** Adapter folders whose code is part of the step's code hash. */
  readonly adapters: readonly string[];
}

/** Parameters of a step's unit, or of the step itself (null). */
export function parametersOf(definition: StepDefinition, plan: RunPlan, unit: string | null): unknown {
  return unit === null || definition.unitParameters === undefined ? definition.parameters(plan) : definition.unitParameters(plan, unit);
}

/** Queue of a step or its unit: on a run with a GPU, networks are fitted by the workers that have it. */
export function queueOf(definition: StepDefinition, plan: RunPlan, unit: string | null): StepDefinition['queue'] {
  return plan.settings.device === 'gpu' && definition.fitsNetworks?.(plan, unit) === true ? 'ares-gpu' : definition.queue;
}
