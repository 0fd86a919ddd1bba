import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNotificationChannels, readNotificationSettings } from '../../../adapters/notification/index.js';

const SECRET = 'a-secret-of-24-characters';
const WEBHOOK = { ARES_WEBHOOK_URL: 'https://hooks.example.org/a, https://hooks.example.org/b', ARES_WEBHOOK_SECRET: SECRET };
const MAIL = { ARES_MAIL_URL: 'smtp://u:p%40ss@mail.example.org:2525', ARES_MAIL_FROM: 'ares@example.org', ARES_MAIL_TO: 'a@example.org,b@example.org' };

test('an empty environment has no channel', () => {
  for (const env of [{}, { ARES_WEBHOOK_URL: '', ARES_MAIL_URL: ' ' }])
    assert.deepEqual(
      makeNotificationChannels(readNotificationSettings(env), async () => new Uint8Array()),
      [],
    );
});

test('each webhook address is a channel, and mail is one', () => {
  const channels = makeNotificationChannels(readNotificationSettings({ ...WEBHOOK, ...MAIL }), async () => new Uint8Array());
  assert.deepEqual(
    channels.map(({ name }) => name),
    ['webhook-1', 'webhook-2', 'mail'],
  );
  assert.deepEqual(readNotificationSettings(MAIL).mail?.to, ['a@example.org', 'b@example.org']);
});

for (const [title, env, pattern] of [
  ['a webhook without secret', { ARES_WEBHOOK_URL: 'https://h.example.org' }, /expected ARES_WEBHOOK_SECRET to be set, because ARES_WEBHOOK_URL is/],
  ['a secret without webhook', { ARES_WEBHOOK_SECRET: SECRET }, /expected ARES_WEBHOOK_URL to be set/],
  ['a mail server alone', { ARES_MAIL_URL: 'smtp://m.example.org' }, /expected ARES_MAIL_FROM and ARES_MAIL_TO to be set, because ARES_MAIL_URL is/],
  ['recipients alone', { ARES_MAIL_TO: 'a@example.org' }, /expected ARES_MAIL_URL and ARES_MAIL_FROM to be set/],
  ['a short secret', { ...WEBHOOK, ARES_WEBHOOK_SECRET: 'short' }, /ARES_WEBHOOK_SECRET to be at least 16 bytes/],
  ['a webhook that is no web address', { ...WEBHOOK, ARES_WEBHOOK_URL: 'ftp://x/y' }, /ARES_WEBHOOK_URL to be an address that begins with http/],
  [
    'a webhook with a password',
    { ...WEBHOOK, ARES_WEBHOOK_URL: 'https://u:hunter2@h.example.org' },
    /ARES_WEBHOOK_URL to be an address without user and password/,
  ],
  [
    'a mail server that is a web address',
    { ...MAIL, ARES_MAIL_URL: 'https://u:hunter2@m.example.org' },
    /ARES_MAIL_URL to be an address that begins with smtp/,
  ],
  [
    'a password with a bare percent sign',
    { ...MAIL, ARES_MAIL_URL: 'smtp://u:hunter2%@m.example.org' },
    /ARES_MAIL_URL to be an address with user and password percent-encoded/,
  ],
  ['a sender that is none', { ...MAIL, ARES_MAIL_FROM: 'ares' }, /ARES_MAIL_FROM to be mail addresses/],
  ['one bad recipient of two', { ...MAIL, ARES_MAIL_TO: 'a@example.org,b' }, /ARES_MAIL_TO to be mail addresses/],
] as const) {
  test(`${title} is refused with the name of the variable and not its value`, () => {
    assert.throws(
      () => readNotificationSettings(env),
      (error: Error) => error.name === 'InvalidSpec' && pattern.test(error.message) && !/hunter2|secret-of-24/.test(error.message),
    );
  });
}
