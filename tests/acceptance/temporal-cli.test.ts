import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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
  const start = async (id: string, input: string, ...more: string[]): Promise<CommandResult> =>
    temporal('workflow', 'start', '--type', 'trainPipeline', '--task-queue', 'ares-workflow', '--workflow-id', id, '--input', input, ...more);

  test('starts a quick-test that completes, and what a second start of that id does is as documented', async () => {
    assert.equal((await start('t1', '{"preset":"quick-test"}')).code, 0);
    const whileRunning = await start('t1', '{"preset":"quick-test"}');
    assert.notEqual(whileRunning.code, 0);
    assert.match(whileRunning.stderr, /already started|already running/i);
    const joined = await start('t1', '{"preset":"quick-test"}', '--id-conflict-policy', 'UseExisting');
    assert.equal(joined.code, 0, joined.stderr);
    const result = await temporal('workflow', 'result', '--workflow-id', 't1');
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /Succeeded/);
    const afterwards = await start('t1', '{"preset":"quick-test"}');
    assert.equal(afterwards.code, 0, 'a completed id may be started again; every step comes from the cache');
    const refused = await start('t1', '{"preset":"quick-test"}', '--id-reuse-policy', 'AllowDuplicateFailedOnly', '--id-conflict-policy', 'Fail');
    assert.notEqual(refused.code, 0);
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
    assert.match(listed.stdout, /t1/);
  });
});
