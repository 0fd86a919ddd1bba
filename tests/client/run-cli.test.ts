import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRESETS } from '../../pipeline/presets.js';
import { ares } from './cli-world.js';

for (const name of ['cache', 'stack', 'env', 'doctor']) {
  test(`ares ${name} --help lists its options, and an unknown one ends in exit code 2`, async () => {
    const { exitCode, out } = await ares([name, '--help']);
    assert.equal(exitCode, 0);
    assert.match(out, /--json +one JSON object|--json +the environment/);
    const refused = await ares([name, '--jsn']);
    assert.equal(refused.exitCode, 2);
    assert.match(refused.err, /unknown option --jsn/);
  });
}

const COMMANDS = ['run', 'plan', 'status', 'list', 'watch', 'result', 'cancel', 'predict', 'presets', 'stack', 'env', 'doctor', 'cache'];

test('the help names every command and every exit code', async () => {
  const { exitCode, out } = await ares(['--help']);
  assert.equal(exitCode, 0);
  for (const command of COMMANDS) assert.match(out, new RegExp(`^  ${command} `, 'm'));
  assert.match(out, /0 done, 1 failed, 2 bad input, 3 parked at a step, 4 canceled, 5 cannot connect, 130 interrupted/);
});

test('presets --json is the preset table', async () => {
  const { exitCode, out } = await ares(['presets', '--json']);
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(out), PRESETS);
});

test('a wrong value is refused with its key and the value found, before a server is asked', async () => {
  const { exitCode, out, err } = await ares(['run', '--symbol', 'eth', '--folds', 'many', '--labels.holding-bars', '4,x']);
  assert.equal(exitCode, 2);
  assert.equal(out, '');
  assert.match(err, /symbol: .*found "eth"/);
  assert.match(err, /folds: .*found "many"/);
  assert.match(err, /labels\.holdingBars\.1: .*found "x"/);
  assert.doesNotMatch(err, /cannot connect/);
});

for (const [title, args, pattern] of [
  ['an unknown flag', ['run', '--foo', '1'], /unknown option '--foo'/],
  ['an unknown command', ['fly'], /unknown command 'fly'/],
  ['an unknown key of a JSON spec', ['plan', '--spec', '{"foo":1}'], /unknown key foo/],
  ['a spec that is no JSON', ['run', '--spec', '{"symbol":'], /--spec: expected a JSON object/],
  ['a spec file that is not there', ['run', '--spec', '/nowhere/spec.json'], /--spec \/nowhere\/spec\.json: .*ENOENT/],
  ['a step that does not exist', ['run', '--refresh', 'saving,nope'], /cache\.refresh: .*found "nope"/],
  ['an unknown preset', ['run', '--preset', 'huge'], /preset: .*found "huge"/],
  ['from after to', ['run', '--from', '2024-02-01', '--to', '2024-01-01'], /from: from must lie before to/],
  ['source files without a path', ['run', '--source', 'files'], /path: source files needs a path/],
  ['a limit that is no number', ['list', '--limit', 'all'], /--limit: .*found "all"/],
  ['an unknown state', ['list', '--state', 'Lost'], /--state: .*found "Lost"/],
  ['a missing workflow id', ['status'], /missing required argument 'workflow-id'/],
] as const) {
  test(`${title} ends in exit code 2`, async () => {
    const { exitCode, err } = await ares(args);
    assert.equal(exitCode, 2, err);
    assert.match(err, pattern);
  });
}

test('with --json a refusal is one JSON object on stdout', async () => {
  const { exitCode, out } = await ares(['run', '--spec', '{"symbol":5,"foo":1}', '--json']);
  const answer = JSON.parse(out) as { state: string; exitCode: number; error: string };
  assert.equal(exitCode, 2);
  assert.deepEqual({ state: answer.state, exitCode: answer.exitCode }, { state: 'Failed', exitCode: 2 });
  assert.match(answer.error, /symbol.*found 5; unknown key foo/);
});

test('without a server every command that needs one ends in exit code 5 and names the address', { timeout: 60_000 }, async () => {
  const commands = [['run'], ['plan'], ['list'], ['status', 'x'], ['watch', 'x'], ['result', 'x'], ['cancel', 'x']];
  const outcomes = await Promise.all(commands.map(async (args) => ares(args)));
  outcomes.forEach(({ exitCode, err }, i) => {
    assert.equal(exitCode, 5, `${commands[i]?.join(' ')}: ${err}`);
    assert.match(err, /cannot connect to Temporal at 127\.0\.0\.1:1/);
  });
});
