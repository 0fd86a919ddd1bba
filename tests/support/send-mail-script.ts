/** Sends one notice by the mail settings of its environment: a process of its own, because Node reads NODE_EXTRA_CA_CERTS at its start only. */
import { makeNotificationChannels, readNotificationSettings } from '../../adapters/notification/index.js';

const [mail] = makeNotificationChannels(readNotificationSettings(process.env), async () => new Uint8Array());
console.log(await mail?.send({ event: 'failed', workflowId: 'w1', runId: 'r1', symbol: 'ETHUSDT', preset: 'dev' }));
