/**
 * The deployment files against the schemas of the tools that read them: compose's own loader and Kubernetes' own JSON
 * schemas. No container engine and no cluster runs here: that they start is not shown.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse, parseAllDocuments } from 'yaml';
import { cacheFolder } from '../../adapters/local-paths.js';
import { COMPOSE_SPEC, ensureProgram } from '../../infra/programs.js';
import { tryCommand } from '../../infra/run-command.js';
import { withSetUpLock } from '../../infra/set-up-lock.js';
import { unpackWheel } from '../../infra/wheels.js';
import { SEARCH_ATTRIBUTE_TYPES } from '../../pipeline/search-attributes.js';
import { repositoryRoot } from '../../infra/repository-root.js';

const KUBERNETES = 'v1.37.0-local-strict';
/** Kubernetes' OpenAPI definitions as JSON schemas that refuse unknown keys. */
const SCHEMA_WHEEL = { name: 'kubernetes-validate', version: '1.37.0', sha256: '85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9' };
const root = repositoryRoot();
const composeFolder = join(root, 'infra', 'compose');
const kubernetesFolder = join(root, 'infra', 'kubernetes');

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

let schemas: string;

before(async () => {
  schemas = join(cacheFolder(), 'programs', `kubernetes-schemas-${SCHEMA_WHEEL.version}`);
  await withSetUpLock(schemas, async () => {
    if (existsSync(schemas)) return;
    const prefix = `kubernetes_validate/kubernetes-json-schema/${KUBERNETES}/`;
    await unpackWheel(SCHEMA_WHEEL, schemas, (member) => (member.startsWith(prefix) ? member.slice(prefix.length) : null));
  });
});

test("compose's own loader takes the compose file, and refuses an unknown key and an unknown condition in it", async () => {
  const { path } = await ensureProgram(COMPOSE_SPEC);
  const load = async (file: string): Promise<number | null> => (await tryCommand(path, ['-no-interpolation', file], { cwd: composeFolder })).code;
  assert.equal(await load(join(composeFolder, 'compose.yaml')), 0);
  const folder = await mkdtemp(join(tmpdir(), 'ares-compose-'));
  try {
    const text = readFileSync(join(composeFolder, 'compose.yaml'), 'utf8');
    for (const [right, wrong] of [
      ['restart: unless-stopped', 'restrat: unless-stopped'],
      ['condition: service_started', 'condition: some_day'],
    ] as const) {
      assert.ok(text.includes(right));
      await writeFile(join(folder, 'compose.yaml'), text.replace(right, wrong));
      assert.notEqual(await load(join(folder, 'compose.yaml')), 0, `${wrong} was taken`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('every file that the compose file mounts or builds from is there, and every value it requires stands in env.example', () => {
  const text = readFileSync(join(composeFolder, 'compose.yaml'), 'utf8');
  const example = readFileSync(join(composeFolder, 'env.example'), 'utf8');
  const required = [...text.matchAll(/\$\{(\w+):\?/g)].map((match) => String(match[1]));
  assert.ok(required.length > 5);
  for (const name of required) assert.match(example, new RegExp(`^${name}=$`, 'm'), name);
  const mounted = [...text.matchAll(/^\s+- (\.{1,2}\/[^:]+):/gm)].map((match) => String(match[1]));
  assert.ok(mounted.length > 5);
  for (const path of mounted) assert.ok(existsSync(join(composeFolder, path)), path);
  assert.ok(existsSync(join(root, 'infra', 'container', 'Dockerfile')));
});

test('compose has a worker for each queue', () => {
  const { services } = parse(readFileSync(join(composeFolder, 'compose.yaml'), 'utf8'), { merge: true }) as {
    services: Record<string, { environment?: Record<string, string> }>;
  };
  const queues = Object.values(services).flatMap((service) => service.environment?.['ARES_QUEUES'] ?? []);
  assert.deepEqual(queues.sort(), ['ares-cpu', 'ares-gpu', 'ares-io', 'ares-workflow']);
});

test("every Kubernetes resource satisfies Kubernetes' own schema, and a misspelt key does not", () => {
  const resources = kubernetesFiles().flatMap(readResources);
  assert.ok(resources.length >= 16);
  for (const resource of resources) assert.deepEqual(problemsOf(resource), [], `${resource.kind} ${resource.metadata.name}`);
  const worker = resources.find((resource) => resource.metadata.name === 'worker-cpu') as Resource & { spec: object };
  assert.notDeepEqual(problemsOf({ ...worker, spec: { ...worker.spec, replicaz: 2 } } as Resource), []);
  assert.notDeepEqual(problemsOf({ ...worker, spec: { ...worker.spec, replicas: 'two' } } as Resource), []);
});

test('the kustomization names every file but the example of the secret', () => {
  const { resources } = parse(readFileSync(join(kubernetesFolder, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
  assert.deepEqual(
    [...resources].sort(),
    kubernetesFiles().filter((file) => file !== 'secret.example.yaml'),
  );
});

test('the search attributes that both deployments create are those of the contract', () => {
  const expected = Object.entries(SEARCH_ATTRIBUTE_TYPES).map(([name, type]) => `${name} ${type}`);
  const script = readFileSync(join(composeFolder, 'temporal', 'create-namespace.sh'), 'utf8');
  assert.deepEqual(
    [...script.matchAll(/--name (\w+) --type (\w+)/g)].map((match) => `${match[1]} ${match[2]}`),
    expected,
  );
  const job = readFileSync(join(kubernetesFolder, 'search-attributes.yaml'), 'utf8');
  assert.deepEqual(
    [...job.matchAll(/--name=(\w+)\n\s+- --type=(\w+)/g)].map((match) => `${match[1]} ${match[2]}`),
    expected,
  );
});

test('every variable that the deployments set is described in docs/security.md', () => {
  const described = readFileSync(join(root, 'docs', 'security.md'), 'utf8');
  const files = [
    join(composeFolder, 'compose.yaml'),
    ...kubernetesFiles().map((file) => join(kubernetesFolder, file)),
    join(root, 'infra/container/Dockerfile'),
  ];
  const names = new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/\b(?:ARES|AWS)_[A-Z0-9_]+\b/g) ?? []));
  for (const own of ['ARES_IMAGE', 'ARES_GPU_IMAGE', 'ARES_MARKET_DATA']) names.delete(own);
  assert.deepEqual(
    [...names].filter((name) => !described.includes(`\`${name}\``)),
    [],
  );
});

function kubernetesFiles(): string[] {
  return readdirSync(kubernetesFolder)
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .sort();
}

function readResources(file: string): Resource[] {
  return parseAllDocuments(readFileSync(join(kubernetesFolder, file), 'utf8')).map((document) => {
    assert.deepEqual(document.errors, [], file);
    return document.toJS() as Resource;
  });
}

function problemsOf(resource: Resource): string[] {
  const [group, version] = resource.apiVersion.includes('/') ? resource.apiVersion.split('/') : ['', resource.apiVersion];
  const name = [resource.kind.toLowerCase(), String(group).split('.')[0], version].filter((part) => part !== '').join('-');
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(readSchema('_definitions'), '/api/_definitions.json');
  const validate = ajv.compile(readSchema(name));
  return validate(resource) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

function readSchema(name: string): object {
  return JSON.parse(readFileSync(join(schemas, `${name}.json`), 'utf8')) as object;
}
