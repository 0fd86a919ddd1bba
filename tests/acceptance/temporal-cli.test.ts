import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RunResult } from '../../pipeline/run-status.js';
import { programPath } from '../support/programs.js';
import { runCommand, startStack } from '../support/stack.js';
import type { CommandResult, TestStack } from '../support/stack.js';

/** Runs started by people from the Temporal CLI: the commands of docs/operations.md, as written there. */
describe('the Temporal CLI', () => {
  let stack: TestStack;
  before(async () => {
    stack = await startStack();
  });
  after(async () => stack.stop());

  const temporal = async (...args: string[]): Promise<CommandResult> => runCommand(programPath('temporal'), args, stack.env);
  const startedRun = async (id: string, ...more: string[]): Promise<string> => {
    const started = await start(id, '{"preset":"quick-test"}', ...more);
    assert.equal(started.code, 0, started.stderr);
    return /RunId\s+(\S+)/.exec(started.stdout)?.[1] ?? '';
  };
  const start = async (id: string, input: string, ...more: string[]): Promise<CommandResult> =>
    temporal('workflow', 'start', '--type', 'trainPipeline', '--task-queue', 'ares-workflow', '--workflow-id', id, '--input', input, ...more);

  test('starts a quick-test that completes, and what a second start of that id does is as documented', async () => {
    const first = await startedRun('t1');
    assert.equal(await startedRun('t1'), first, 'while it runs, the running one is returned');
    const result = await temporal('workflow', 'result', '--workflow-id', 't1');
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /Succeeded/);
    const kept = await startedRun('t1', '--id-reuse-policy', 'AllowDuplicateFailedOnly');
    assert.equal(kept, first, 'AllowDuplicateFailedOnly returns the completed one');
    const again = await startedRun('t1');
    assert.notEqual(again, first, 'a completed id may be started again');
    const cached = JSON.parse((await temporal('workflow', 'result', '--workflow-id', 't1', '--output', 'json')).stdout) as { result: RunResult };
    assert.ok(cached.result.steps.every((step) => step.cached));
  });

  test('an id whose run failed may be started again', async () => {
    assert.equal((await start('t2', '{"preset":"fast"}')).code, 0);
    assert.notEqual((await temporal('workflow', 'result', '--workflow-id', 't2')).code, 0);
    assert.equal((await start('t2', '{}')).code, 0);
    assert.equal((await temporal('workflow', 'result', '--workflow-id', 't2')).code, 0);
  });

  for (const [what, input, type, text] of [
    ['a wrong type and an unknown key', '{"symbol":5,"foo":1}', 'InvalidSpec', /unknown key foo[\s\S]*symbol|symbol[\s\S]*unknown key foo/],
    ['an unknown preset', '{"preset":"fast"}', 'InvalidSpec', /preset/],
    ['a folder without the symbol', `{"source":"files","path":"/nonexistent-folder","symbol":"NOSUCH"}`, 'InvalidData', /nonexistent-folder/],
    ['an unknown champion', '{"champion":"v9.9.9"}', 'InvalidSpec', /v9\.9\.9/],
    ['a GPU that is not there', '{"device":"gpu"}', 'UnsupportedDevice', /gpu/],
  ] as const) {
    test(`${what} ends as Failed with ${type}, never as a run left Running`, async () => {
      const id = `bad-${type}-${what.length}`;
      assert.equal((await start(id, input)).code, 0);
      await temporal('workflow', 'result', '--workflow-id', id);
      const described = await temporal('workflow', 'describe', '--workflow-id', id, '--output', 'json');
      assert.match(described.stdout, /WORKFLOW_EXECUTION_STATUS_FAILED/);
      const shown = await temporal('workflow', 'show', '--workflow-id', id, '--output', 'json');
      assert.match(shown.stdout, new RegExp(`"type": "${type}"`));
      assert.match(shown.stdout, text);
    });
  }

  test('queries and the search attributes of a run are there for the UI and the CLI', async () => {
    const status = await temporal('workflow', 'query', '--workflow-id', 't1', '--type', 'status', '--output', 'json');
    assert.equal(status.code, 0, status.stderr);
    const listed = await temporal('workflow', 'list', '--query', 'Symbol = "ETHUSDT" AND RunState = "Succeeded"');
    assert.match(listed.stdout, /t1/, listed.stderr);
  });
});
