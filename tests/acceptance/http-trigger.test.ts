import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RunResult } from '../../pipeline/run-status.js';
import { STEPS } from '../../pipeline/steps/index.js';
import { documentedBlock, runDocumented } from '../client/http/documented-commands.js';
import { until } from '../faults/until.js';
import { cloneRoot } from '../support/repository.js';
import type { TestStack } from '../support/stack.js';
import { productFile, runCommand, startStack } from '../support/stack.js';

interface Started {
  readonly workflowId: string;
  readonly runId: string;
  readonly adopted: boolean;
}
interface End {
  readonly state: string;
  readonly result: RunResult | null;
  readonly error: { readonly type: string; readonly message: string } | null;
}

const TOKEN = 'acceptance-token-0123456789';
const SERVING = /serving (http:\S+)/;

/** Services that know HTTP alone, with curl and the lines of docs/triggers.md; and one that uses the library. */
describe('runs started from other services', () => {
  let stack: TestStack;
  let server: ChildProcess;
  let log = '';
  const env: NodeJS.ProcessEnv = { TOKEN };
  before(async () => {
    stack = await startStack();
    server = spawn(process.execPath, [productFile('client/cli.js'), 'serve', '--port', '0', '--rate-limit', '1000'], {
      env: { ...stack.env, ARES_HTTP_TOKEN: `nightly=${TOKEN}`, ARES_HTTP_ROOTS: stack.folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    server.stderr?.on('data', (chunk) => {
      log += String(chunk);
    });
    env['ARES_URL'] = await new Promise<string>((resolve, reject) => {
      server.stdout?.on('data', (chunk) => {
        const found = SERVING.exec(String(chunk))?.[1];
        if (found !== undefined) resolve(found);
      });
      server.once('exit', (code) => reject(new Error(`ares serve ended with ${code}: ${log}`)));
    });
  });
  after(async () => {
    if (server.exitCode === null) server.kill('SIGKILL');
    await stack.stop();
  });

  const started = async (): Promise<Started> => JSON.parse(await runDocumented('start', env)) as Started;
  const curl = async (...args: string[]): Promise<{ status: number; type: string; body: string }> => {
    const result = await runCommand('curl', ['-sS', '-w', '\n%{http_code} %{content_type}', ...args], process.env);
    assert.equal(result.code, 0, result.stderr);
    const [, body = '', status, type = ''] = /^([\s\S]*)\n(\d+) (.*)$/.exec(result.stdout) ?? [];
    return { status: Number(status), type, body };
  };
  /** Asks for the result as the page says: again while it is 202. */
  const result = async (id: string): Promise<End> => {
    for (const deadline = Date.now() + 600_000; ; ) {
      const end = JSON.parse(await runDocumented('result', { ...env, ID: id })) as Partial<End> & { readonly state: string };
      if ('result' in end) return end as End;
      assert.ok(Date.now() < deadline, `still ${end.state}`);
    }
  };

  test('curl starts a run and gets its result; ten more requests with the key start nothing', async () => {
    const first = await started();
    assert.equal(first.adopted, false);
    const repeated = await Promise.all(Array.from({ length: 10 }, started));
    assert.deepEqual(new Set(repeated.map(({ runId, adopted }) => `${runId} ${adopted}`)), new Set([`${first.runId} true`]));
    const end = await result(first.workflowId);
    assert.equal(end.state, 'Succeeded', JSON.stringify(end.error));
    assert.deepEqual(
      end.result?.steps.map((step) => step.step),
      STEPS.map((step) => step.id),
    );
    assert.equal((await started()).runId, first.runId, 'after its success the key still names that run');
  });

  test('the other questions are answered as documented: status, artifacts, events to the end, list, dry run', async () => {
    const { workflowId } = await started();
    const text = await runDocumented('watch', { ...env, ID: workflowId });
    assert.match(text, /^\{"workflowId":"[^"]+","runId":"[^"]+","state":"Succeeded","status":"COMPLETED"/);
    assert.match(text, /\}\{"artifacts":\[\{"name":"[^"]+","uri":"s3:/);
    assert.match(text, /event: progress\nid: 1\ndata: \{.*"stepsDone":16/);
    assert.match(text, /event: end\nid: end\ndata: \{.*"state":"Succeeded"/);
    assert.match(text, new RegExp(`\\{"runs":\\[\\{"workflowId":"${workflowId}"`));
    const forecast = JSON.parse(text.slice(text.lastIndexOf('{"plan":'))) as { steps: { cached: boolean }[] };
    assert.deepEqual([forecast.steps.length, forecast.steps.every((step) => step.cached)], [16, true]);
  });

  test('a run is stopped and then resumed, and the resumed one completes', async () => {
    const key = ['-H', 'Idempotency-Key: to-stop', '-H', `Authorization: Bearer ${TOKEN}`, '-H', 'Content-Type: application/json'];
    const begun = await curl('-X', 'POST', `${env['ARES_URL']}/runs`, ...key, '-d', '{"seed":11}');
    assert.equal(begun.status, 201, begun.body);
    const { workflowId } = JSON.parse(begun.body) as Started;
    // A run that is canceled before its first task has nothing to resume.
    await until('the run works', async () => {
      const status = await curl(`${env['ARES_URL']}/runs/${workflowId}`, '-H', `Authorization: Bearer ${TOKEN}`);
      return status.body.includes('"state":"running"');
    });
    const lines = (await runDocumented('operate', { ...env, ID: workflowId })).replaceAll('}{', '}\n{').split('\n');
    assert.deepEqual(JSON.parse(String(lines[0])), { workflowId, cancelRequested: true });
    assert.equal((JSON.parse(String(lines[1])) as End).state, 'Canceled', lines[1]);
    assert.equal((JSON.parse(String(lines[2])) as { how: string }).how, 'reset', lines[2]);
    assert.equal((await result(workflowId)).state, 'Succeeded');
  });

  test('no token, a wrong one, a large body, a broken one and a forbidden path are refused with problem details', async () => {
    const at = ['-X', 'POST', `${env['ARES_URL']}/runs`];
    const json = ['-H', 'Content-Type: application/json'];
    const token = ['-H', `Authorization: Bearer ${TOKEN}`];
    const large = join(stack.folder, 'large.json');
    await writeFile(large, JSON.stringify({ symbol: 'E'.repeat(300 * 1024) }));
    for (const [status, args] of [
      [401, [...json, '-d', '{}']],
      [401, [...json, '-H', 'Authorization: Bearer wrong-token-0123456789', '-d', '{}']],
      [413, [...json, ...token, '--data-binary', `@${large}`]],
      [400, [...json, ...token, '-d', '{"symbol":']],
      [415, [...token, '-d', 'symbol=ETHUSDT']],
      [422, [...json, ...token, '-d', '{"symbol":5,"endpoint":"http://10.0.0.1"}']],
      [403, [...json, ...token, '-d', '{"source":"files","path":"/etc"}']],
    ] as const) {
      const refused = await curl(...at, ...args);
      assert.equal(refused.status, status, refused.body);
      assert.match(refused.type, /^application\/problem\+json/);
      assert.equal((JSON.parse(refused.body) as { status: number }).status, status);
    }
  });

  test('bad data in an allowed folder ends in a result that names the failure', async () => {
    const empty = join(stack.folder, 'market');
    await mkdir(empty);
    const begun = await curl(
      ...['-X', 'POST', `${env['ARES_URL']}/runs`, '-H', `Authorization: Bearer ${TOKEN}`, '-H', 'Content-Type: application/json'],
      ...['-d', JSON.stringify({ source: 'files', path: empty })],
    );
    assert.equal(begun.status, 201, begun.body);
    const end = await result((JSON.parse(begun.body) as Started).workflowId);
    assert.deepEqual([end.state, end.result, end.error?.type], ['Failed', null, 'InvalidData']);
  });

  test('a program of another package imports ares by its name, type-checks strictly, and runs the documented example', async () => {
    const root = cloneRoot();
    const folder = join(stack.folder, 'consumer');
    await mkdir(join(folder, 'node_modules'), { recursive: true });
    await symlink(root, join(folder, 'node_modules', 'ares'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    const compilerOptions = {
      ...{ target: 'ES2023', module: 'NodeNext', strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
      ...{ types: ['node'], typeRoots: [join(root, 'node_modules', '@types')] },
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts', 'types.ts'] }));
    await writeFile(join(folder, 'program.ts'), documentedBlock('ts'));
    await writeFile(join(folder, 'types.ts'), TYPED);
    const compiled = await runCommand(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], process.env);
    assert.equal(compiled.code, 0, compiled.stdout);
    const ran = await runCommand(process.execPath, [join(folder, 'program.js')], stack.env);
    assert.equal(ran.code, 0, ran.stderr);
    const said = JSON.parse(ran.stdout) as { state: string; adopted: boolean; artifacts: number };
    assert.deepEqual([said.state, said.adopted], ['Succeeded', false]);
    assert.ok(said.artifacts > 16, `${said.artifacts} artifacts`);
    assert.match(ran.stderr, /Succeeded/);
  });

  test('SIGTERM ends the server with exit code 0; its log names caller and run, and holds no token', async () => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.match(log, /"caller":"nightly","workflowId":"nightly-[0-9a-f]{32}"/);
    assert.ok(!log.includes(TOKEN));
  });
});

/** Wrong uses that the types refuse, and right ones that they take. */
const TYPED = `
import type { RunEnd, RunSpecInput, RunStatus } from 'ares';
import { AresClient, RefusedByRun, runSpecSchema } from 'ares';

export const spec: RunSpecInput = runSpecSchema.parse({ symbol: 'BTCUSDT' });
// @ts-expect-error an unknown key
export const unknown: RunSpecInput = { endpoint: 'x' };
// @ts-expect-error a wrong type
export const wrong: RunSpecInput = { seed: 'seven' };
export const version = (end: RunEnd): string | null => (end.state === 'Succeeded' ? end.result.version : null);
export const parked = (status: RunStatus): readonly string[] => status.blocked;
export const resume = async (ares: AresClient, id: string): Promise<string> =>
  ares.resume(id, { note: 'mended' }).then(
    (run) => run.how,
    (error: unknown) => (error instanceof RefusedByRun ? error.message : Promise.reject(error)),
  );
`;
