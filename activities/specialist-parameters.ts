/** The parameters that a family is fitted with where nothing was searched. */
import type { ModelFamily } from '../core/models/model.js';
import { PipelineError } from '../pipeline/errors.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { SpecialistExamples } from './specialist-examples.js';

/** What networks need to know of a step. */
export interface NetworkStepParameters {
  readonly embargoMs: number;
  readonly device: 'cpu' | 'gpu';
}

/**
 * The family's defaults; of a network with `purgeRows` set to the longest label, so that what stops its training shares no outcome
 * with what it learns from.
 * @throws PipelineError UnsupportedDevice when a network's backend is on another device than the plan says
 */
export async function familyParameters(
  context: StepContext<NetworkStepParameters>,
  family: ModelFamily,
  examples: SpecialistExamples,
): Promise<ModelFamily['defaults']> {
  if (!('purgeRows' in family.defaults)) return family.defaults;
  const backend = await context.ports.tensorBackend();
  if (context.parameters.device !== backend.device) {
    throw new PipelineError(
      'UnsupportedDevice',
      `expected a tensor backend on device ${context.parameters.device}, found ${backend.name} on ${backend.device}`,
    );
  }
  return { ...family.defaults, purgeRows: longestLabelRows(examples, context.parameters.embargoMs) };
}

/**
 * Rows that the longest label spans: the embargo in units of the shortest distance between two signals. Not between two entries, of which one
 * that had to wait for a minute after an outage lies right before the next.
 */
function longestLabelRows({ closeTimeMs }: SpecialistExamples, embargoMs: number): number {
  let period = Number.POSITIVE_INFINITY;
  for (let i = 1; i < closeTimeMs.length; i++) period = Math.min(period, (closeTimeMs[i] as number) - (closeTimeMs[i - 1] as number));
  return Math.ceil(embargoMs / period);
}
