/** Computes a recorded run again, step by step into a scratch store, and judges each step by its artifacts' hashes. */
import type { StepRunner } from '../activities/step-runner.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import type { ArtifactRef, Manifest } from '../pipeline/artifacts.js';
import { describeKeyDifference, keyDifferences } from '../pipeline/key-differences.js';
import { PipelineError } from '../pipeline/errors.js';
import type { RunPlan } from '../pipeline/plan.js';
import type { StepDefinition } from '../pipeline/step-definition.js';
import type { StepId } from '../pipeline/steps/index.js';
import { STEPS } from '../pipeline/steps/index.js';
import type { StepVerdict } from '../pipeline/verification.js';
import { firstDifference } from './first-difference.js';
import type { StoredRun } from './run-record.js';

/** Differing artifacts of one step that are compared in full; the rest are counted. */
const EXPLAINED = 3;

export interface Recomputation {
  readonly run: StoredRun;
  /** Recorded manifests by step. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** Where recomputed artifacts go; it reads the recorded ones by their addresses. */
  readonly scratch: ObjectStore;
  /** Over the scratch store. */
  readonly runner: StepRunner;
  readonly signal: AbortSignal;
  /** Hashes of stored objects that are not what their manifest says, by recorded hash; null = gone. */
  readonly damaged: ReadonlyMap<string, string | null>;
  readonly onStep: (verdict: StepVerdict) => void;
}

/** A verdict for each step in table order. */
export async function recomputeRun(of: Recomputation): Promise<readonly StepVerdict[]> {
  const verdicts = new Map<string, StepVerdict>();
  const keys = new Map<string, string>();
  for (const step of STEPS) {
    const verdict = await judgeStep(step, { of, verdicts, keys });
    verdicts.set(step.id, verdict);
    of.onStep(verdict);
  }
  return [...verdicts.values()];
}

interface Progress {
  readonly of: Recomputation;
  readonly verdicts: ReadonlyMap<string, StepVerdict>;
  /** Keys of the scratch store's results, by step. */
  readonly keys: Map<string, string>;
}

async function judgeStep(step: StepDefinition & { readonly id: StepId }, progress: Progress): Promise<StepVerdict> {
  const { of, keys, verdicts } = progress;
  const recorded = of.manifests.get(step.id);
  const record = of.run.status.steps.find((candidate) => candidate.id === step.id);
  const base = {
    step: step.id,
    artifacts: recorded?.artifacts.length ?? 0,
    recordedSeconds: record?.result?.seconds ?? 0,
    seconds: null,
    rowsIn: recorded?.rowsIn ?? 0,
    rowsOut: recorded?.rowsOut ?? 0,
    follows: null,
    explanation: [],
  } satisfies Omit<StepVerdict, 'verdict'>;
  if (recorded === undefined) return { ...base, verdict: 'absent', explanation: [`the run has no result of it (state ${record?.state ?? 'unknown'})`] };
  const cause = step.needs.map((id) => verdicts.get(id)).find((need) => need?.verdict === 'different' || need?.verdict === 'follows');
  if (cause !== undefined) return { ...base, verdict: 'follows', follows: cause.follows ?? cause.step };
  if (record?.supplied === true) {
    // Later steps read the operator's artifacts where they lie.
    await of.scratch.commitManifest(recorded);
    keys.set(step.id, recorded.key);
    return { ...base, verdict: 'supplied', explanation: ['an operator supplied this result: no computation stands behind it'] };
  }
  try {
    const { seconds, manifest } = await recompute(step, progress);
    keys.set(step.id, manifest.key);
    return { ...base, seconds, ...(await compare(recorded, manifest, of)) };
  } catch (error) {
    of.signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    return { ...base, verdict: 'different', explanation: [`it could not be computed again: ${error.name}: ${error.message}`] };
  }
}

async function recompute(
  step: StepDefinition & { readonly id: StepId },
  { of, keys }: Progress,
): Promise<{ readonly seconds: number; readonly manifest: Manifest }> {
  const inputs = Object.fromEntries(step.needs.map((id) => [id, keys.get(id) ?? '']));
  const result = await of.runner.run({
    request: { plan: privatePlan(of.run.status.plan), step: step.id, unit: null, inputs, cache: 'refresh' },
    runId: 'verify',
    signal: of.signal,
    onProgress: () => undefined,
  });
  const manifest = await of.scratch.readManifest(step.id, result.key);
  if (manifest === null) throw new PipelineError('MissingArtifact', `manifest ${result.manifestUri} is gone right after it was written`);
  return { seconds: result.seconds, manifest };
}

/** The plan without what reaches outside the store: no experiment tracker hears of a verification. */
function privatePlan(plan: RunPlan): RunPlan {
  return { ...plan, spec: { ...plan.spec, tracking: 'none', notify: [] } };
}

async function compare(recorded: Manifest, found: Manifest, of: Recomputation): Promise<Pick<StepVerdict, 'verdict' | 'explanation'>> {
  // The tracker was taken out by the verification itself, and never changes a byte.
  const parts = keyDifferences(recorded.keyParts, found.keyParts)
    .filter(({ path }) => path !== 'parameters.tracking')
    .map(describeKeyDifference);
  const names = [...new Set([...recorded.artifacts, ...found.artifacts].map(({ name }) => name))].sort();
  const pairs = names.map((name) => ({
    name,
    before: recorded.artifacts.find((artifact) => artifact.name === name),
    after: found.artifacts.find((artifact) => artifact.name === name),
  }));
  const differing = pairs.filter(({ before, after }) => before?.sha256 !== after?.sha256);
  if (differing.length === 0) {
    const unchanged = parts.map((part) => `the key differs without effect on the bytes: ${part}`);
    return { verdict: 'identical', explanation: [...unchanged, ...(await explainDamage(pairs, of))] };
  }
  const why = parts.length === 0 ? ['the key is the same, the bytes are not'] : parts.map((part) => `the key differs: ${part}`);
  const explained = await Promise.all(differing.slice(0, EXPLAINED).map(async (pair) => explainPair(pair, of)));
  const rest = differing.length > EXPLAINED ? [`and ${differing.length - EXPLAINED} more of ${names.length} artifacts`] : [];
  return { verdict: 'different', explanation: [...why, ...explained, ...rest] };
}

/** What was done to objects of the run that are not what their manifest says, beside the recomputed ones. */
async function explainDamage(pairs: readonly Pair[], of: Recomputation): Promise<readonly string[]> {
  const changed = pairs.filter(({ before }) => typeof of.damaged.get(before?.sha256 ?? '') === 'string').slice(0, EXPLAINED);
  return Promise.all(changed.map(async (pair) => `the object in the store was changed since: ${await explainPair(pair, of)}`));
}

interface Pair {
  readonly name: string;
  readonly before: ArtifactRef | undefined;
  readonly after: ArtifactRef | undefined;
}

async function explainPair(pair: Pair, of: Recomputation): Promise<string> {
  const { name, before, after } = pair;
  if (before === undefined) return `artifact ${name} was not there when the run was recorded`;
  if (after === undefined) return `artifact ${name} is no longer written`;
  const stored = of.damaged.get(before.sha256);
  if (stored === null)
    return `artifact ${name}: recorded sha256 ${before.sha256}, recomputed ${after.sha256}; the recorded object is gone, so their contents cannot be compared`;
  // A damaged object is read under the hash that it really has.
  const readable = stored === undefined ? before : { ...before, sha256: stored };
  return `artifact ${name}: recorded sha256 ${before.sha256}, recomputed ${after.sha256}; ${await firstDifference(of.scratch, readable, after)}`;
}
