/** Recordings of an exchange's order book, as captured from its streams. */
export { readBookMessages } from './read-book-messages.js';
export type { RecordedQuoteBars, RecordedQuoteOptions } from './recorded-quote-bars.js';
export { recordedQuoteBars } from './recorded-quote-bars.js';
