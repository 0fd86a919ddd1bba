import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLog } from '../../../adapters/telemetry/index.js';
import type { Log } from '../../../adapters/telemetry/index.js';

function logInto(lines: string[], env: Record<string, string> = {}, isTerminal = false): Log {
  return makeLog({ env, isTerminal, write: (line) => void lines.push(line) });
}

test('a line is one JSON object with time, level, message and fields', () => {
  const lines: string[] = [];
  logInto(lines).info({ workflowId: 'w1', step: 'saving' }, 'step done');
  const line = JSON.parse(String(lines[0])) as Record<string, unknown>;
  assert.deepEqual(
    { level: line['level'], msg: line['msg'], workflowId: line['workflowId'], step: line['step'] },
    { level: 30, msg: 'step done', workflowId: 'w1', step: 'saving' },
  );
  assert.equal(lines.length, 1);
});

test('for a terminal a line is text, with the stack of an error below it', () => {
  const lines: string[] = [];
  logInto(lines, {}, true).error({ err: new RangeError('out of bars'), step: 'data-collection', unit: 'a b' }, 'step failed');
  assert.match(String(lines[0]), /^\d{4}-\d\d-\d\dT[\d:.]+Z error step failed step=data-collection unit="a b"\nRangeError: out of bars\n {4}at /);
});

test('ARES_LOG_LEVEL leaves out what is below it, and an unknown level is refused by name', () => {
  const lines: string[] = [];
  const log = logInto(lines, { ARES_LOG_LEVEL: 'warn' });
  log.info('not this');
  log.warn('this');
  assert.equal(lines.length, 1);
  assert.throws(() => logInto([], { ARES_LOG_LEVEL: 'loud' }), /InvalidSpec|expected ARES_LOG_LEVEL to be one of trace, .* found "loud"/);
  assert.throws(() => logInto([], { ARES_LOG_FORMAT: 'xml' }), /expected ARES_LOG_FORMAT to be one of json, text, found "xml"/);
});

for (const format of ['json', 'text'])
  test(`fields that hold secrets are taken out, two levels down too (${format})`, () => {
    const lines: string[] = [];
    logInto(lines, { ARES_LOG_FORMAT: format }).info({ token: 'aaaa1111', server: { password: 'bbbb2222', auth: { apiKey: 'cccc3333' } } }, 'connected');
    assert.doesNotMatch(String(lines[0]), /aaaa1111|bbbb2222|cccc3333/);
    assert.match(String(lines[0]), /\[redacted\]/);
  });

test("the environment's secrets are taken out wherever they turn up: text, error, nested JSON", () => {
  const lines: string[] = [];
  const env = {
    AWS_SECRET_ACCESS_KEY: 'wJalr"XUtnFEMI/K7MDENG',
    TEMPORAL_API_KEY: 'temporal-key-1',
    ARES_MAIL_URL: 'smtps://user:mail%20pass1@mail.example.org',
    ARES_WEBHOOK_URL: 'https://hooks.example.org/T000/B000,https://other.example.org/secret-path',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer otel-1234',
  };
  const log = logInto(lines, env);
  log.info(`signed with ${env.AWS_SECRET_ACCESS_KEY} and ${env.TEMPORAL_API_KEY}`);
  log.error({ err: new Error('login user mail pass1 refused'), deep: { deeper: { deepest: { text: 'https://other.example.org/secret-path' } } } }, 'failed');
  log.warn({ headers: env.OTEL_EXPORTER_OTLP_HEADERS }, 'export');
  const all = lines.join('');
  assert.doesNotMatch(all, /XUtnFEMI|temporal-key-1|mail pass1|secret-path|otel-1234/);
  for (const line of lines) JSON.parse(line);
});

test('settings that are no secrets stay readable', () => {
  const lines: string[] = [];
  logInto(lines, { AWS_REGION: 'us-east-1', TEMPORAL_ADDRESS: 'temporal.example.org:7233', TEMPORAL_API_KEY_FILE: '/run/secrets/key' }).info(
    'temporal.example.org:7233 us-east-1 /run/secrets/key',
  );
  assert.match(String(lines[0]), /temporal\.example\.org:7233 us-east-1 \/run\/secrets\/key/);
});
