/** `ares lineage TARGET`: from a run, artifact, figure, prediction or version back to raw files, code and parameters. */
import { parseArgs } from 'node:util';
import { applyLocalProfile } from '../adapters/local-profile.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import type { Lineage } from '../pipeline/lineage.js';
import { lineageText } from '../pipeline/lineage.js';
import { parseLineageTarget, TARGET_FORMS } from '../pipeline/lineage-target.js';
import { openStore } from './artifact-store.js';
import { readChain } from './lineage-chain.js';
import { findSubject } from './lineage-subject.js';
import type { FoundSubject } from './found-subject.js';

const FAILED = 1;
const WRONG_COMMAND_LINE = 2;

const USAGE = `Usage: ares lineage TARGET [--run ID] [--json]

${TARGET_FORMS.map(([form, what]) => `  ${form.padEnd(26)}${what}`).join('\n')}

  --run ID   the run to look in, where the target names none
  --json     one JSON object

Checks the chain on the way: manifests, sizes of all objects, the hash of the object asked for. Exit codes: 0 the chain is
complete, 1 something is missing or does not match (it is named), 2 wrong command line.`;

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const asked = readArguments(args);
  if (asked === null) return;
  applyLocalProfile(process.env);
  const store = openStore(process.env);
  try {
    const lineage = await readLineage(store, asked.target, asked.run);
    console.log(asked.json ? JSON.stringify(lineage) : lineageText(lineage));
    if (lineage.problems.length > 0) process.exitCode = FAILED;
    for (const problem of asked.json ? lineage.problems : []) console.error(`ares lineage: IntegrityError: ${problem}`);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    console.error(`ares lineage: ${name}: ${message}`);
    process.exitCode = error instanceof RangeError ? WRONG_COMMAND_LINE : FAILED;
  } finally {
    store.close();
  }
}

async function readLineage(store: ObjectStore, text: string, runId: string | null): Promise<Lineage> {
  const found = await findSubject(store, parseLineageTarget(text), runId);
  const { run } = found;
  const chain = await readChain(store, run, found.steps);
  const { plan } = run.status;
  const { source, spec } = plan;
  return {
    schema: 'ares.lineage',
    subject: { text, ...found.subject },
    run: { workflowId: run.workflowId, runId: run.runId, state: run.status.state, planHash: run.planHash, version: run.version, spec, build: run.build },
    steps: chain.steps,
    source: {
      kind: source.kind,
      files: source.files,
      fundingFiles: source.fundingFiles,
      externalFiles: source.externalFiles,
      pairs: source.pairs,
      besideFiles: [...(source.quotes?.files ?? []), ...(source.second?.files ?? [])],
      simulation: source.kind === 'simulator' ? { seed: spec.seed, ...spec.simulation, window: plan.window } : null,
    },
    problems: [...chain.problems, ...(await checkSubject(store, found))],
  };
}

/** The bytes of what was asked for, read from S3 and hashed. */
async function checkSubject(store: ObjectStore, { subject }: FoundSubject): Promise<string[]> {
  const problems: string[] = [];
  for (const { step, ref } of subject.artifacts) {
    const stored = await store.hashStored(ref.uri);
    if (stored !== null && stored.sha256 !== ref.sha256)
      problems.push(`object ${ref.uri} of ${step}/${ref.name} has sha256 ${stored.sha256}, its manifest says ${ref.sha256}`);
    if (stored === null) problems.push(`object ${ref.uri} of ${step}/${ref.name} is gone`);
  }
  return [...new Set(problems)];
}

function readArguments(args: readonly string[]): { readonly target: string; readonly run: string | null; readonly json: boolean } | null {
  try {
    const options = { run: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    if (values.help === true) {
      console.log(USAGE);
      return null;
    }
    const [target, ...rest] = positionals;
    if (target === undefined || rest.length > 0) throw new TypeError(`expected one TARGET, found ${positionals.length}`);
    return { target, run: values.run ?? null, json: values.json ?? false };
  } catch (error) {
    console.error(`ares lineage: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exitCode = WRONG_COMMAND_LINE;
    return null;
  }
}
