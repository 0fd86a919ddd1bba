/** Channels by which a worker tells of runs. */
export { makeNotificationChannels } from './notification-channels.js';
export { readNotificationSettings } from './notification-settings.js';
