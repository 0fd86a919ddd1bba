/** What a step reads: the artifacts of earlier steps, verified, through the local cache. */
import { InvalidData } from '../../core/errors.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import { checkTable } from '../../pipeline/check-table.js';
import { PipelineError } from '../../pipeline/errors.js';
import type { StepInputs } from '../../pipeline/step-context.js';
import type { ObjectStore } from '../object-store/index.js';
import { readParquet } from '../tables/index.js';

/** The part of the store that inputs are read from. */
export type ArtifactReader = Pick<ObjectStore, 'getToCache' | 'getBytes'>;

/**
 * Inputs over the artifacts of each step, by step id.
 * @throws PipelineError MissingArtifact when a name is not among them or its object is gone; IntegrityError, DiskFull.
 */
export function makeStepInputs(store: ArtifactReader, artifacts: Readonly<Record<string, readonly ArtifactRef[]>>): StepInputs {
  const byStep = new Map(Object.entries(artifacts).map(([step, refs]) => [step, new Map(refs.map((ref) => [ref.name, ref]))]));
  const ref = (step: string, name: string): ArtifactRef => {
    const found = byStep.get(step)?.get(name);
    if (found !== undefined) return found;
    throw new PipelineError(
      'MissingArtifact',
      `step ${step} has no artifact ${name}; it has ${[...(byStep.get(step)?.keys() ?? [])].sort().join(', ') || 'none'}`,
    );
  };
  const reading = async <T>(step: string, name: string, read: (found: ArtifactRef) => Promise<T>): Promise<T> => {
    const found = ref(step, name);
    try {
      return await read(found);
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      throw new PipelineError(error.name, `artifact ${name} of step ${step}: ${error.message}`, { cause: error });
    }
  };
  return {
    names: (step, prefix = '') => [...(byStep.get(step)?.keys() ?? [])].filter((name) => name.startsWith(prefix)).sort(),
    ref,
    table: (step, name, schema) =>
      reading(step, name, async (found) => {
        if (found.kind !== 'table' && found.kind !== 'log' && found.kind !== 'report')
          throw new InvalidData(`expected artifact ${step}/${name} to be a table, found kind ${found.kind}`);
        return checkTable(await readParquet(await store.getToCache(found)), schema, `${step}/${name}`);
      }),
    json: <T>(step: string, name: string) => reading(step, name, async (found) => JSON.parse(new TextDecoder().decode(await store.getBytes(found))) as T),
    bytes: (step, name) => reading(step, name, (found) => store.getBytes(found)),
    path: (step, name) => reading(step, name, (found) => store.getToCache(found)),
  };
}
