/** `ares supply STEP`: the address of a step result for `ares skip`, another run's as it is or with files replaced by hand. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { applyLocalProfile } from '../adapters/local-profile.js';
import { sha256Hex } from '../adapters/object-store/index.js';
import type { ObjectStore } from '../adapters/object-store/index.js';
import { readParquet } from '../adapters/tables/index.js';
import type { ArtifactRef, Manifest } from '../pipeline/artifacts.js';
import { canonicalJson } from '../pipeline/canonical-json.js';
import { checkTable } from '../pipeline/check-table.js';
import { PipelineError } from '../pipeline/errors.js';
import { shellWord } from '../pipeline/resume-commands.js';
import type { SchemaId } from '../pipeline/schemas.js';
import { SCHEMAS } from '../pipeline/schemas.js';
import { openStore } from './artifact-store.js';
import { readRunRecord } from './run-record.js';

const WRONG_COMMAND_LINE = 2;

const USAGE = `Usage: ares supply STEP (--run ID | --from ADDRESS) [--set NAME=FILE ...] [--note TEXT] [--json]

  --run ID         take the step's result of that run
  --from ADDRESS   take the result that this manifest names (s3://.../manifests/STEP/KEY.json)
  --set NAME=FILE  put this local file in place of the artifact NAME; may be repeated, then --note says why
  --json           one JSON object

Prints the address for ares skip (Update skipStep), which checks all of it against the blocked run's plan.
Exit codes: 0 done, 1 failed, 2 wrong command line.`;

interface Asked {
  readonly step: string;
  readonly run: string | undefined;
  readonly from: string | undefined;
  /** Local file by artifact name. */
  readonly files: Readonly<Record<string, string>>;
  readonly note: string;
  readonly json: boolean;
}

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const asked = readArguments(args);
  if (asked === null) {
    (args.includes('--help') ? console.log : console.error)(USAGE);
    process.exitCode = args.includes('--help') ? 0 : WRONG_COMMAND_LINE;
    return;
  }
  applyLocalProfile(process.env);
  let store: ObjectStore | null = null;
  try {
    store = openStore(process.env);
    const base = await readBase(store, asked);
    const manifest = Object.keys(asked.files).length === 0 ? base : await commitReplaced(store, base, asked);
    const artifact = store.manifestUri(manifest.step, manifest.key);
    const names = Object.keys(asked.files);
    if (asked.json) console.log(JSON.stringify({ artifact, step: manifest.step, key: manifest.key, artifacts: manifest.artifacts.length, replaced: names }));
    else
      console.log(
        `${artifact}\nares skip RUN --step ${manifest.step} --artifact ${shellWord(artifact)} --note ${shellWord(asked.note === '' ? 'WHY' : asked.note)}`,
      );
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    console.error(`ares supply: ${name}: ${message}`);
    process.exitCode = 1;
  } finally {
    store?.close();
  }
}

/** Null on a wrong command line. */
function readArguments(args: readonly string[]): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        run: { type: 'string' },
        from: { type: 'string' },
        set: { type: 'string', multiple: true },
        note: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const [step, ...more] = positionals;
    const pairs = (values.set ?? []).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
    const isWhole = pairs.every(([name, path]) => name !== '' && path !== '') && (pairs.length === 0 || values.note !== undefined);
    if (step === undefined || more.length > 0 || (values.run === undefined) === (values.from === undefined) || !isWhole) return null;
    return { step, run: values.run, from: values.from, files: Object.fromEntries(pairs), note: values.note ?? '', json: values.json === true };
  } catch (error) {
    console.error(`ares supply: ${(error as Error).message}`);
    return null;
  }
}

async function readBase(store: ObjectStore, { step, run, from }: Asked): Promise<Manifest> {
  const address = from ?? (await addressInRun(store, run ?? '', step));
  const key = /\/([0-9a-f]{64})\.json$/.exec(address)?.[1] ?? '';
  const manifest = key === '' || store.manifestUri(step, key) !== address ? null : await store.readManifest(step, key);
  if (manifest === null)
    throw new PipelineError('MissingArtifact', `no result of step ${step} lies at ${address}; expected an address such as ${store.manifestUri(step, '<key>')}`);
  const missing = await store.missingArtifacts(manifest);
  if (missing.length > 0) throw new PipelineError('MissingArtifact', `${address}: the objects of ${missing.join(', ')} are gone`);
  return manifest;
}

async function addressInRun(store: ObjectStore, run: string, step: string): Promise<string> {
  const record = await readRunRecord(store, run);
  const found = record.status.steps.find(({ id }) => id === step)?.result?.manifestUri;
  if (found === undefined)
    throw new PipelineError(
      'MissingArtifact',
      `run ${run} has no result of step ${step}; it has ${record.status.steps.flatMap(({ id, result }) => (result === null ? [] : [id])).join(', ')}`,
    );
  return found;
}

/** A manifest of its own key, whose parts name what was replaced, by whom it was based, and why. */
async function commitReplaced(store: ObjectStore, base: Manifest, { files, note }: Asked): Promise<Manifest> {
  for (const name of Object.keys(files)) {
    if (!base.artifacts.some((artifact) => artifact.name === name))
      throw new PipelineError(
        'MissingArtifact',
        `--set ${name}: the result has no such artifact; it has ${base.artifacts.map((artifact) => artifact.name).join(', ')}`,
      );
  }
  const artifacts = await Promise.all(base.artifacts.map(async (artifact) => replaced(store, artifact, files[artifact.name])));
  const hashes = Object.fromEntries(artifacts.filter(({ name }) => name in files).map(({ name, sha256 }) => [name, sha256]));
  const keyParts = { ...base.keyParts, supplied: { base: base.key, note, replaced: hashes } };
  const committed = await store.commitManifest({ ...base, key: sha256Hex(canonicalJson(keyParts)), keyParts, artifacts, units: {} });
  return committed.manifest;
}

async function replaced(store: ObjectStore, artifact: ArtifactRef, path: string | undefined): Promise<ArtifactRef> {
  if (path === undefined) return artifact;
  const isTable = artifact.schema in SCHEMAS;
  const rows = isTable ? checkTable(await readParquet(path), artifact.schema as SchemaId, path).rowCount : undefined;
  if (artifact.kind === 'json') JSON.parse(await readFile(path, 'utf8'));
  const { uri, sha256, bytes } = await store.putFile(path);
  return { ...artifact, uri, sha256, bytes, ...(rows === undefined ? {} : { rows }) };
}
