import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { connectClient } from '../../adapters/connection/connect-client.js';
import { TASK_QUEUES } from '../../pipeline/run-status.js';
import { programPath } from '../support/programs.js';
import { productFile, runCommand } from '../support/stack.js';
import type { CommandResult } from '../support/stack.js';
import { startTemporalServer } from '../support/temporal-server.js';
import type { TemporalServer } from '../support/temporal-server.js';

const PLAIN = '2345.678901';
const TOKEN = 'a token of sixteen';

let temporal: TemporalServer;
let env: NodeJS.ProcessEnv;

before(async () => {
  temporal = await startTemporalServer();
  env = { ...process.env, TEMPORAL_ADDRESS: temporal.address, ARES_PAYLOAD_KEYS: `a:${Buffer.alloc(32, 1).toString('base64')}`, ARES_CODEC_TOKEN: TOKEN };
  const connected = await connectClient(env);
  const args = [{ simulation: { startPrice: Number(PLAIN) } }];
  await connected.client.workflow.start('trainPipeline', { taskQueue: TASK_QUEUES.workflow, workflowId: 'hidden', args });
  await connected.close();
});
after(async () => temporal.stop());

async function show(...flags: string[]): Promise<CommandResult> {
  return runCommand(programPath('temporal'), ['workflow', 'show', '--detailed', '--address', temporal.address, '--workflow-id', 'hidden', ...flags], env);
}

test('the temporal CLI shows an encrypted run in plain through `ares codec-server`, and not without it', async () => {
  const server = spawn(process.execPath, [productFile('client/cli.js'), 'codec-server', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const endpoint = /decrypting at (http:\S+)/.exec(line.toString())?.[1] ?? '';
    const plain = await show('--codec-endpoint', endpoint, '--codec-auth', `Bearer ${TOKEN}`);
    assert.equal(plain.code, 0, plain.stderr);
    assert.ok(plain.stdout.includes(PLAIN), plain.stdout);
    const hidden = await show();
    assert.ok(hidden.stdout.includes('trainPipeline') && !hidden.stdout.includes(PLAIN));
  } finally {
    server.kill('SIGTERM');
  }
  assert.deepEqual((await ended)[0], 0);
});

test('it does not start without keys, or on another address without a token', async () => {
  const start = async (flags: string[], changes: NodeJS.ProcessEnv): Promise<CommandResult> =>
    runCommand(process.execPath, [productFile('client/cli.js'), 'codec-server', ...flags], { ...env, ...changes });
  const keyless = await start([], { ARES_PAYLOAD_KEYS: '' });
  assert.equal(keyless.code, 2);
  assert.match(keyless.stderr, /ARES_PAYLOAD_KEYS: expected/);
  const open = await start(['--host', '0.0.0.0'], { ARES_CODEC_TOKEN: '' });
  assert.equal(open.code, 2);
  assert.match(open.stderr, /ARES_CODEC_TOKEN: expected a token, because 0\.0\.0\.0/);
});
