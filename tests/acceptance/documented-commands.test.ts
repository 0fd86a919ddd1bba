/**
 * Every command of the documents, typed into a shell as it stands there: a stack by `npm run stack`, its S3 server behind a
 * proxy that refuses a step's results so that runs park. What other tests execute, and what cannot run here, stands in
 * tests/support/documented-commands.ts; the last test finds a command that nobody executes.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import getPort from 'get-port';
import { openObjectStore } from '../../adapters/object-store/index.js';
import type { ObjectStore } from '../../adapters/object-store/index.js';
import { float64Column } from '../../core/data/table.js';
import { readParquet } from '../../adapters/tables/index.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import type { RunStatus } from '../../pipeline/run-status.js';
import type { StepId } from '../../pipeline/steps/index.js';
import { FAULT_SPEC } from '../faults/fault-spec.js';
import { until } from '../faults/until.js';
import { documentedCommands, elsewhere } from '../support/documented-commands.js';
import type { DocumentedCommand } from '../support/documented-commands.js';
import { openDocumentedShell } from '../support/documented-shell.js';
import type { DocumentedShell, Served } from '../support/documented-shell.js';
import { startFaultProxy, startS3Server } from '../support/s3-server.js';
import type { FaultProxy, TestS3Server } from '../support/s3-server.js';
import { runCommand } from '../support/stack.js';
import { startWorkerProcess } from '../support/worker-process.js';

const UPDATE = 'temporal workflow update execute --workflow-id ID --name';
/** A run of all steps, small; a failure of its environment parks it at once. */
const SPEC: RunSpecInput = { ...FAULT_SPEC, stepAttempts: 1, notify: [] };

describe('the commands of the documents', { timeout: 900_000 }, () => {
  let s3: TestS3Server;
  let proxy: FaultProxy;
  let shell: DocumentedShell;
  let stack: Served;
  let client: Client;
  let store: ObjectStore;

  before(async () => {
    s3 = await startS3Server();
    proxy = await startFaultProxy(s3.env.AWS_ENDPOINT_URL_S3, () => 'pass');
    const others = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|AWS_|ARES_(?!CACHE$)|OTEL_|NODE_TEST_CONTEXT)/.test(name));
    shell = await openDocumentedShell(s3.scratch, {
      ...Object.fromEntries(others),
      ...s3.env,
      AWS_ENDPOINT_URL_S3: proxy.endpoint,
      ARES_STATE: join(s3.scratch, 'state'),
      ARES_CACHE_DIR: join(s3.scratch, 'cache'),
    });
    stack = await shell.serve([await shell.command('npm run stack')], /up \(started/);
    const exported = (await shell.run(`${await shell.command('eval "$(ares env --export)"')}; env -0`)).stdout.split('\0').filter((pair) => pair !== '');
    shell.env = Object.fromEntries(exported.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
    client = new Client({ connection: await Connection.connect({ address: shell.env['TEMPORAL_ADDRESS'] ?? '' }) });
    store = openObjectStore({ url: 's3://ares/default', env: shell.env, cacheFolder: join(s3.scratch, 'test-cache') });
  });
  after(async () => {
    await client.connection.close();
    store.close();
    await stack.end();
    await proxy.stop();
    await s3.stop();
  });

  async function statusOf(id: string): Promise<RunStatus> {
    return client.workflow.getHandle(id).query<RunStatus>('status');
  }

  /** A run that waits for its operator at this step, because the store refused to say whether it has a result. */
  async function park(id: string, step: StepId): Promise<void> {
    proxy.setRule(({ method, path }) => (method === 'GET' && path.includes(`/manifests/${step}/`) ? 'unavailable' : 'pass'));
    await shell.run(`ares run --detach --id ${id} --spec '${JSON.stringify(SPEC)}'`);
    await until(`${id} is parked`, async () => (await statusOf(id)).state === 'Blocked');
    proxy.setRule(() => 'pass');
    assert.deepEqual((await statusOf(id)).blocked, [step]);
  }

  /** The state that `ares result` ends with. */
  async function ends(id: string, code: number): Promise<RunStatus> {
    await shell.run(await shell.command('ares result ID', { ID: id }), [code]);
    return statusOf(id);
  }

  async function artifact(id: string, step: StepId, name: string): Promise<ArtifactRef> {
    const found = (await statusOf(id)).steps.find((one) => one.id === step)?.result?.artifacts.find((one) => one.name === name);
    assert.ok(found !== undefined, `${id}: ${step}/${name}`);
    return found;
  }

  test('set-up, help and addresses', async () => {
    await shell.type('npm run build');
    assert.match(await shell.type('npm run ares -- run --help'), /--max-trials/);
    assert.match(await shell.type('npm run ares -- env'), new RegExp(`Temporal +${shell.env['TEMPORAL_ADDRESS']}`));
    // Its code says whether something is missing on this machine.
    assert.match(await shell.type('npm run ares -- doctor', { codes: [0, 1] }), /Node/);
    await shell.type('ares doctor', { codes: [0, 1] });
    for (const text of ['ares env', 'ares stack']) await shell.type(text);
    assert.match(await shell.type('ares presets'), /quick-test/);
    assert.match(await shell.type('ares predict --help'), /--bundle/);
    assert.match(await shell.type('ares run --help'), /--max-trials/);
    assert.match(await shell.type('ares run --spec ', { codes: [2] }), /^InvalidSpec: .*found 5; unknown key foo$/m);
  });

  test('npm start, and the same run from the temporal CLI', async () => {
    await shell.type('npm start');
    await shell.type('temporal workflow start --type trainPipeline');
    assert.match(await shell.type('temporal workflow result --workflow-id t1'), /Succeeded/);
    // npm start had computed all of it.
    assert.ok((await statusOf('t1')).steps.every(({ result }) => result?.cached === true));
    await until('the list shows it', async () => /t1/.test(await shell.type('temporal workflow list --query \'Symbol = "ETHUSDT"')));
  });

  test('what a run tells, and where its numbers come from', async () => {
    await shell.run(`ares run --id r1 --spec '${JSON.stringify(SPEC)}'`);
    for (const query of ['status', 'plan', 'artifacts']) await shell.type(`temporal workflow query --workflow-id ID --type ${query}`, { values: { ID: 'r1' } });
    for (const text of ['ares status ID', 'ares watch ID', 'ares profile ID']) await shell.type(text, { values: { ID: 'r1' } });
    assert.equal((JSON.parse(await shell.type('ares status ID --json', { values: { ID: 'r1' } })) as RunStatus).state, 'Succeeded');
    await shell.run('ares plan');
    await shell.type('ares cache ls');
    await shell.type('ares cache clean');
    assert.match(await shell.type('ares lineage r1'), /data-collection/);
    assert.match(await shell.type('ares lineage "r1:figure:'), /strategy net return/);
    const decisions = await readParquet(await store.getToCache(await artifact('r1', 'saving', 'test-decisions')));
    const time = new Date(float64Column(decisions, 'entryTimeMs')[0] ?? Number.NaN).toISOString();
    assert.match(await shell.type('ares lineage r1:prediction:', { values: { '2025-06-09T15:00:00Z': time } }), /"model"/);
    await shell.type('ares verify r1 --quick');
    await shell.type('ares verify r1');
  });

  test('a parked run is found, paused, adjusted and retried, and completes with the changed parameter', async () => {
    const values = { ID: 'retried' };
    await park('retried', 'data-collection');
    for (const list of ['temporal workflow list --query \'RunState="Blocked"\'', 'ares list --state Blocked'])
      await until(`${list} shows it`, async () => (await shell.type(list)).includes('retried'));
    for (const text of ['ares pause ID', 'ares adjust ID --bootstrap-paths', `${UPDATE} retryStep`, 'ares unpause ID']) await shell.type(text, { values });
    assert.equal((await ends('retried', 0)).plan?.settings.bootstrapPaths, 500);
  });

  test('a parked run that is failed by an operator goes on with ares resume', async () => {
    const values = { ID: 'given-up' };
    await park('given-up', 'data-collection');
    for (const update of ['adjust', 'setPaused', 'failRun']) await shell.type(`${UPDATE} ${update}`, { values });
    await ends('given-up', 1);
    await shell.type('ares resume ID', { values });
    // It was paused when it failed, and it still is.
    await until('it is paused', async () => (await statusOf('given-up')).state === 'Paused');
    await shell.type('ares unpause ID', { values });
    await ends('given-up', 0);
  });

  test('a parked run that is failed by ares is reset to its event, and to its start', async () => {
    const values = { ID: 'failed' };
    await park('failed', 'regime-data-splitting');
    await shell.type('ares fail ID', { values });
    const { steps } = await ends('failed', 1);
    const event = steps.find(({ state }) => state === 'failed')?.resetEvent;
    await shell.type('temporal workflow reset --workflow-id ID --event-id', { values: { ...values, N: String(event) } });
    await ends('failed', 0);
    await shell.type('temporal workflow reset --workflow-id ID --type', { values });
    await ends('failed', 0);
  });

  test('a parked run that is canceled goes on with ares resume --follow', async () => {
    await park('canceled', 'regime-data-splitting');
    await shell.type('ares cancel ID', { values: { ID: 'canceled' } });
    await ends('canceled', 4);
    await shell.type('ares resume ID --follow', { values: { ID: 'canceled' } });
    assert.equal((await statusOf('canceled')).state, 'Succeeded');
  });

  test('ares retry with other parameters computes the parked step and later ones with them', async () => {
    await park('changed', 'analyst-enhancement');
    await shell.type('ares retry ID --step', { values: { ID: 'changed' } });
    const { plan, steps } = await ends('changed', 0);
    assert.equal(plan?.settings.maxTrials, 5);
    assert.deepEqual(
      steps.slice(4, 6).map(({ result }) => result?.cached),
      [true, false],
    );
  });

  test('ares skip goes on with the result of another run', async () => {
    const { KEY, line } = await supplied('ares supply regime-data-splitting --run OTHER-RUN');
    assert.ok(line.startsWith('ares skip RUN --step regime-data-splitting --artifact '), line);
    await park('skipped', 'regime-data-splitting');
    await shell.type('ares skip ID --step', { values: { ID: 'skipped', KEY } });
    await assertSupplied('skipped', KEY);
  });

  test('skipStep goes on with a result in which a file was replaced', async () => {
    const split = JSON.parse(await readFile(await store.getToCache(await artifact('r1', 'regime-data-splitting', 'split')), 'utf8')) as unknown;
    await writeFile(join(s3.scratch, 'mended.json'), JSON.stringify(split, null, 2));
    const { KEY } = await supplied('ares supply regime-data-splitting --run OTHER-RUN --set');
    await park('mended', 'regime-data-splitting');
    await shell.type(`${UPDATE} skipStep`, { values: { ID: 'mended', KEY } });
    await assertSupplied('mended', KEY);
    assert.notEqual((await artifact('mended', 'regime-data-splitting', 'split')).sha256, (await artifact('r1', 'regime-data-splitting', 'split')).sha256);
  });

  /** The key in the address that `ares supply` prints, and the command that it proposes. */
  async function supplied(begin: string): Promise<{ KEY: string; line: string }> {
    const [address = '', line = ''] = (await shell.type(begin, { values: { 'OTHER-RUN': 'r1' } })).split('\n');
    return { KEY: /([0-9a-f]{64})\.json$/.exec(address)?.[1] ?? '', line };
  }

  async function assertSupplied(id: string, key: string): Promise<void> {
    const step = (await ends(id, 0)).steps.find((one) => one.id === 'regime-data-splitting');
    assert.deepEqual([step?.state, step?.supplied, step?.result?.key], ['done', true, key]);
  }

  test('a run that asks for a tracker, of which the worker knows none, is refused with the name of the variable', async () => {
    assert.match(await shell.type('ares run --tracking mlflow', { codes: [1] }), /MLFLOW_TRACKING_URI is not set on the worker/);
  });

  test('ares serve and ares codec-server answer until they are ended', async () => {
    const [port, codecPort] = [String(await getPort()), String(await getPort())];
    const http = await shell.serve(
      [await shell.command('export ARES_HTTP_TOKEN='), await shell.command('ares serve --port', { '8080': port })],
      /serving http/,
    );
    assert.equal((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200);
    assert.equal(await http.end(), 0);
    const lines = [await shell.command('export ARES_PAYLOAD_KEYS='), await shell.command('ares codec-server', { '8081': codecPort })];
    const codec = await shell.serve(lines, /decrypting at/);
    assert.match(await shell.type('temporal workflow show --detailed', { values: { ID: 'r1', '8081': codecPort } }), /trainPipeline/);
    assert.equal(await codec.end(), 0);
  });

  test('versions of a worker are made current and described, and a run is reset to them', async () => {
    const worker = await startWorkerProcess({ ...shell.env, ARES_DEPLOYMENT_NAME: 'ares', ARES_BUILD_ID: 'new', ARES_SHUTDOWN_GRACE: '1s' });
    try {
      const setCurrent = await shell.command('temporal worker deployment set-current-version --deployment-name ares --build-id NEW', { NEW: 'new' });
      const describe = await shell.command('temporal worker deployment describe-version', { OLD: 'new' });
      // The server learns of a version from its first poll, and tells of it some time later.
      for (const command of [setCurrent, describe]) await until(command, async () => (await runCommand('bash', ['-c', command], shell.env)).code === 0);
      await shell.type('temporal worker deployment set-current-version --deployment-name ares --build-id BUILD', { values: { BUILD: 'new' } });
      await shell.type('temporal worker deployment describe --name ares');
      await shell.type('temporal worker deployment describe-version', { values: { OLD: 'new' } });
      const reset = 'temporal workflow reset with-workflow-update-options --workflow-id ID';
      await shell.type(`${reset} --type`, { values: { ID: 'r1' } });
      await ends('r1', 0);
      const event = (await statusOf('r1')).steps.at(-1)?.resetEvent;
      await shell.type(`${reset} --event-id`, { values: { ID: 'r1', N: String(event), R: 'again' } });
      await ends('r1', 0);
    } finally {
      await worker.end('SIGTERM');
    }
  });

  test('npm run stack -- --stop ends the stack', async () => {
    await shell.type('npm run stack -- --stop');
    assert.equal(await stack.ended, 0);
  });

  test('every command in backticks names a command of ares that was typed here, with flags that it has', async () => {
    const inline = (await documentedCommands()).filter(({ text }) => /^ares [a-z]/.test(text));
    const used = new Set([...shell.typed].map(verbOf));
    // Typed above with a spec of this test's own, and by the files of the table.
    for (const verb of ['run', 'plan', ...inline.filter((one) => elsewhere(one) !== undefined).map(({ text }) => verbOf(text))]) used.add(verb);
    const unused = [...new Set(inline.map(({ text }) => verbOf(text)))].filter((verb) => !used.has(verb));
    assert.deepEqual(unused, []);
    const wrong: string[] = [];
    for (const { page, text } of inline.filter((one) => one.kind === 'inline')) {
      const flags = [...text.matchAll(/--[a-z-]+/g)].map(String).filter((flag) => flag !== '--help');
      if (flags.length === 0) continue;
      const { stdout } = await shell.run(`ares ${verbOf(text)} --help`);
      wrong.push(...flags.filter((flag) => !stdout.includes(flag)).map((flag) => `${page}: ${text}: ${flag}`));
    }
    assert.deepEqual(wrong, []);
  });

  test('every command of the documents was typed here, or is named with the file that executes it or the reason why none does', async () => {
    const commands = await documentedCommands();
    const texts = [...shell.typed, ...commands.filter((one) => elsewhere(one) !== undefined).map(({ text }) => text)];
    const isMention = (text: string): boolean => texts.some((other) => words(text).every((word) => words(other).includes(word)));
    const isSomebodys = (one: DocumentedCommand): boolean => {
      if (shell.typed.has(one.text) || elsewhere(one) !== undefined) return true;
      // The test before this one is about the mentions of ares.
      return one.kind === 'inline' && (one.text.startsWith('ares ') || isMention(one.text));
    };
    assert.deepEqual(
      commands.flatMap((one) => (isSomebodys(one) ? [] : [`${one.page}: ${one.text}`])),
      [],
    );
  });
});

/** The second word. */
function verbOf(text: string): string {
  return text.split(' ')[1] ?? '';
}

/** Words of a command, without those in capitals, which stand for something. */
function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => !/^[A-Z]+$/.test(word) && word !== '--');
}
