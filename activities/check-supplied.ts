/** Checks of a result that an operator supplies in place of a step's own: nothing goes on without whole, fitting artifacts. */
import type { ArtifactStore } from '../pipeline/artifact-store.js';
import type { ArtifactRef, Manifest } from '../pipeline/artifacts.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { PipelineError } from '../pipeline/errors.js';
import type { RunPlan, Span } from '../pipeline/plan.js';
import type { SchemaId } from '../pipeline/schemas.js';
import { SCHEMAS } from '../pipeline/schemas.js';
import { artifactProblems } from '../pipeline/step-artifacts.js';
import type { StepInputs } from '../pipeline/step-context.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import type { StepId } from '../pipeline/steps/index.js';
import { stepById } from '../pipeline/steps/index.js';

/** What skipStep asks to be checked. */
export interface SuppliedRequest {
  readonly plan: RunPlan;
  readonly step: StepId;
  /** Address of a manifest of that step in the worker's own store. */
  readonly artifact: string;
  readonly note: string;
}

/** Reading job of a compute child: every byte is hashed, every table checked. */
export interface SuppliedArtifacts {
  readonly step: StepId;
  readonly artifacts: readonly ArtifactRef[];
  readonly window: Span;
}

/** Ways to an artifact's content: checked readers, and the hash of what lies in the store itself, past any cache. */
export interface SuppliedReaders {
  readonly inputs: StepInputs;
  readonly hashStored: (uri: string) => Promise<{ readonly sha256: string; readonly bytes: number } | null>;
}

/** Columns that hold a bar's close: they must lie within the run's window. */
const CLOCK = 'closeTimeMs';

/**
 * The manifest at an address, once its names, schemas and objects fit the plan's step.
 * @throws PipelineError MissingArtifact when it or an object is gone; InvalidData when it is not a result of that step
 */
export async function readSupplied({ plan, step, artifact }: SuppliedRequest, store: ArtifactStore): Promise<Manifest> {
  const key = /\/([0-9a-f]{64})\.json$/.exec(artifact)?.[1] ?? '';
  const expected = store.manifestUri(step, key === '' ? '<key>' : key);
  if (artifact !== expected)
    throw new PipelineError('InvalidData', `artifact: expected the address of a manifest of step ${step} in this store (${expected}), found ${artifact}`);
  const manifest = await store.readManifest(step, key);
  if (manifest === null) throw new PipelineError('MissingArtifact', `artifact: no manifest lies at ${artifact}`);
  if (manifest.step !== step || manifest.unit !== null)
    throw new PipelineError(
      'InvalidData',
      `artifact: ${artifact} is the result of ${manifest.step}${manifest.unit === null ? '' : `, unit ${manifest.unit}`}, expected the whole step ${step}`,
    );
  const problems = artifactProblems(step, plan, manifest.artifacts);
  if (problems.length > 0)
    throw new PipelineError(
      'InvalidData',
      `${artifact}: ${problems.slice(0, 10).join('; ')}${problems.length > 10 ? `; and ${problems.length - 10} more` : ''}`,
    );
  const missing = await store.missingObjects(manifest.artifacts);
  if (missing.length > 0)
    throw new PipelineError(
      'MissingArtifact',
      `${artifact}: ${missing.length} of its objects are gone or have another size, first ${missing[0]?.name} (${missing[0]?.uri})`,
    );
  return manifest;
}

/**
 * Reads every artifact: bytes against their hash, tables against their schema and row count, JSON as JSON, bar times
 * against the window.
 * @returns how many artifacts were read
 * @throws PipelineError IntegrityError, MissingArtifact; InvalidData
 */
export async function readEveryArtifact({ step, artifacts, window }: SuppliedArtifacts, { inputs, hashStored }: SuppliedReaders): Promise<{ checked: number }> {
  for (const { name, schema, kind, rows, uri, sha256 } of artifacts) {
    const stored = await hashStored(uri);
    if (stored?.sha256 !== sha256)
      throw new PipelineError('IntegrityError', `${step}/${name}: expected sha256 ${sha256} at ${uri}, found ${stored?.sha256 ?? 'no object'}`);
    if (schema in SCHEMAS) {
      const table = await inputs.table(step, name, schema as SchemaId);
      if (rows !== undefined && rows !== table.rowCount)
        throw new PipelineError('InvalidData', `${step}/${name}: its manifest says ${rows} rows, the file has ${table.rowCount}`);
      checkWindow(`${step}/${name}`, table.columns[CLOCK], window);
    } else if (kind === 'json') await inputs.json(step, name);
    else await inputs.bytes(step, name);
  }
  return { checked: artifacts.length };
}

function checkWindow(label: string, column: unknown, window: Span): void {
  if (!(column instanceof Float64Array)) return;
  const row = column.findIndex((time) => time < window.fromMs || time > window.toMs);
  if (row < 0) return;
  const text = (time: number): string => new Date(time).toISOString();
  throw new PipelineError(
    'InvalidData',
    `${label}: ${CLOCK} ${text(column[row] as number)} in row ${row} lies outside the run's window ${text(window.fromMs)} to ${text(window.toMs)}`,
  );
}

/** Words on how the supplied result came about: by the operator's note, and what it was computed with that this plan says otherwise. */
export function suppliedReason(manifest: Manifest, { plan, step, note }: SuppliedRequest): string {
  const definition: StepDefinition = stepById(step);
  const mine: Readonly<Record<string, unknown>> = { ...(definition.parameters(plan) as object) };
  const theirs = (manifest.keyParts['parameters'] ?? {}) as Readonly<Record<string, unknown>>;
  const other = Object.keys({ ...mine, ...theirs }).filter((key) => canonicalJson(mine[key] ?? null) !== canonicalJson(theirs[key] ?? null));
  return `supplied by an operator: ${note}${other.length === 0 ? '' : ` (made with other ${other.join(', ')})`}`;
}
