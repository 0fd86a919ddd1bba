/** The chain behind an artifact, a figure or a prediction as data, and as the text that `ares lineage` prints. Pure. */
import type { ArtifactRef } from './artifacts.js';
import type { BuildInfo, Producer } from './build-info.js';
import { describeBuild } from './build-info.js';
import { canonicalJson } from './canonical-json.js';
import type { PlannedFile, RunPlan } from './plan.js';

/** A step's result as a link of the chain. */
export interface StepLineage {
  readonly step: string;
  readonly key: string;
  readonly manifestUri: string;
  /** What the key was made of: code, natives, device, seed, parameters, schemas, inputs. */
  readonly keyParts: Readonly<Record<string, unknown>>;
  /** Steps whose artifacts it read, with their keys. */
  readonly inputs: readonly { readonly step: string; readonly key: string }[];
  /** Keys of the units that it combined. */
  readonly units: Readonly<Record<string, string>>;
  readonly artifacts: readonly ArtifactRef[];
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Seconds that the run waited for it. */
  readonly seconds: number;
  /** Taken from the cache by this run. */
  readonly cached: boolean;
  /** Why the time is not believable, or null. */
  readonly implausible: string | null;
  /** Null when the attempt that committed it left no record. */
  readonly producer: Producer | null;
}

/** Where the data came from. */
export interface SourceLineage {
  readonly kind: RunPlan['source']['kind'];
  readonly files: readonly PlannedFile[];
  readonly fundingFiles: readonly PlannedFile[];
  readonly externalFiles: Readonly<Record<string, readonly PlannedFile[]>>;
  readonly pairs: readonly { readonly symbol: string; readonly files: readonly PlannedFile[] }[];
  /** Best quotes, and the source that bars were compared with. */
  readonly besideFiles: readonly PlannedFile[];
  /** Parameters of the simulator, or null. */
  readonly simulation: unknown;
}

/** What was asked for, and what the store says of it. */
export interface LineageSubject {
  readonly text: string;
  readonly kind: 'run' | 'artifact' | 'figure' | 'prediction' | 'version';
  readonly facts: Readonly<Record<string, unknown>>;
  /** Artifacts that hold it or that it was computed with. */
  readonly artifacts: readonly { readonly step: string; readonly role: string; readonly ref: ArtifactRef; readonly facts: Readonly<Record<string, unknown>> }[];
}

export interface Lineage {
  readonly schema: 'ares.lineage';
  readonly subject: LineageSubject;
  readonly run: {
    readonly workflowId: string;
    readonly runId: string;
    readonly state: string;
    readonly planHash: string;
    readonly version: string | null;
    readonly spec: unknown;
    /** Build of the worker that recorded the run; null in records of before builds were recorded. */
    readonly build: BuildInfo | null;
  };
  /** The subject's steps and all that they rest on, in table order. */
  readonly steps: readonly StepLineage[];
  readonly source: SourceLineage;
  /** What is missing or does not match; empty = the chain holds. */
  readonly problems: readonly string[];
}

/** Entries of a list that the text prints. */
const LONGEST_LIST = 8;

/** The lineage as indented text: subject, run, then each step under the first that reads it. */
export function lineageText(lineage: Lineage): string {
  const lines = [...subjectLines(lineage.subject), ...runLines(lineage)];
  const printed = new Set<string>();
  const readBy = new Set(lineage.steps.flatMap((step) => step.inputs.map((input) => input.step)));
  for (const step of lineage.steps.filter((candidate) => !readBy.has(candidate.step))) lines.push(...stepLines(step, '', { lineage, printed }));
  const end =
    lineage.problems.length === 0
      ? ['', 'the chain is complete: every manifest and object is there']
      : ['', ...lineage.problems.map((problem) => `IntegrityError: ${problem}`)];
  return [...lines, ...end, ''].join('\n');
}

function subjectLines(subject: LineageSubject): string[] {
  const facts = Object.entries(subject.facts).map(([name, value]) => `  ${name}: ${show(value)}`);
  const artifacts = subject.artifacts.flatMap(({ step, role, ref, facts: own }) => [
    `  ${role}: ${step}/${ref.name}  sha256 ${ref.sha256}  ${ref.uri}`,
    ...Object.entries(own).map(([name, value]) => `    ${name}: ${brief(value)}`),
  ]);
  return [`${subject.kind} ${subject.text}`, ...facts, ...artifacts, ''];
}

function runLines({ run, source }: Lineage): string[] {
  const build = run.build === null ? 'build not recorded' : describeBuild(run.build);
  const packages =
    run.build === null
      ? []
      : [
          `  packages: ${Object.entries(run.build.packages)
            .map(([name, version]) => `${name} ${version}`)
            .join(', ')}`,
        ];
  return [
    `run ${run.workflowId} (${run.runId}), ${run.state}, plan ${run.planHash}${run.version === null ? '' : `, registered as ${run.version}`}`,
    `  ${build}`,
    ...packages,
    `  spec: ${canonicalJson(run.spec)}`,
    ...sourceLines(source),
    '',
  ];
}

function sourceLines(source: SourceLineage): string[] {
  if (source.kind === 'simulator') return [`  raw data: simulator ${canonicalJson(source.simulation)}`];
  const files = [
    ...source.files,
    ...source.fundingFiles,
    ...Object.values(source.externalFiles).flat(),
    ...source.pairs.flatMap((pair) => pair.files),
    ...source.besideFiles,
  ];
  return files.map((file) => `  raw file: sha256 ${file.sha256}  ${file.bytes} bytes  ${file.path}`);
}

function stepLines(step: StepLineage, indent: string, to: { readonly lineage: Lineage; readonly printed: Set<string> }): string[] {
  to.printed.add(step.step);
  const { code, natives, device, seed, parameters, schemas } = step.keyParts;
  const own = [
    `${indent}${step.step}  key ${short(step.key)}`,
    `${indent}  ${step.cached ? 'from the cache' : 'computed'} in ${step.seconds} s, ${step.rowsIn} rows in, ${step.rowsOut} rows out${step.implausible === null ? '' : `  IMPLAUSIBLE: ${step.implausible}`}`,
    `${indent}  made by ${producerText(step.producer)}`,
    `${indent}  code ${short(code)}  device ${show(device)}  seed ${show(seed)}  schemas ${short(schemas)}`,
    ...Object.entries((natives ?? {}) as Readonly<Record<string, unknown>>).map(([name, version]) => `${indent}  native ${name}: ${show(version)}`),
    `${indent}  parameters ${canonicalJson(parameters ?? null)}`,
    `${indent}  ${step.artifacts.length} artifacts${Object.keys(step.units).length === 0 ? '' : ` of ${Object.keys(step.units).length} units`}, ${step.manifestUri}`,
  ];
  const known = step.inputs.map((input) => ({ ...input, found: to.lineage.steps.find((candidate) => candidate.step === input.step) }));
  const above = known.filter((input) => to.printed.has(input.step) || input.found === undefined);
  const reads = above.map((input) => `${indent}  <- ${input.step}  key ${short(input.key)}${input.found === undefined ? ' (MISSING)' : ' (above)'}`);
  const below = known.flatMap(({ found }) => (found === undefined || to.printed.has(found.step) ? [] : stepLines(found, `${indent}  `, to)));
  return [...own, ...reads, ...below];
}

function producerText(producer: Producer | null): string {
  if (producer === null) return 'an attempt that left no record';
  return `run ${producer.workflowId} (${producer.runId}), attempt ${producer.attempt}, on ${producer.host} at ${producer.committedAt}, ${describeBuild(producer.build)}, node ${producer.node}`;
}

/** The first digits of a hash: the manifest's address and --json have all of them. */
function short(hash: unknown): string {
  return typeof hash === 'string' ? hash.slice(0, 16) : 'none';
}

/** Long lists by their beginning and their length. */
function brief(value: unknown): string {
  if (Array.isArray(value) && value.length > LONGEST_LIST)
    return `${value.slice(0, LONGEST_LIST).map(String).join(', ')} ... ${value.length} in all (--json lists them)`;
  return Array.isArray(value) ? value.map(String).join(', ') : show(value);
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value ?? null);
}
