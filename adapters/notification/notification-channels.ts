/** The channels that a worker's settings name. */
import type { NotificationChannel } from '../../pipeline/run-notice.js';
import { makeMailChannel } from './mail-channel.js';
import type { ReadReport } from './mail-channel.js';
import type { NotificationSettings } from './notification-settings.js';
import { makeWebhookChannel } from './webhook-channel.js';

/** One channel a webhook, and one for mail. `readReport` gives the bytes of a report for the mail's attachment. */
export function makeNotificationChannels(settings: NotificationSettings, readReport: ReadReport): readonly NotificationChannel[] {
  const { webhooks, webhookSecret, mail } = settings;
  return [
    ...webhooks.map((url, i) => makeWebhookChannel({ name: `webhook-${i + 1}`, url, secret: webhookSecret })),
    ...(mail === null ? [] : [makeMailChannel(mail, readReport)]),
  ];
}
