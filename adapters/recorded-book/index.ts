/** Best quotes and order books, as recorded by the exchange's archive or captured from its streams. */
export { makeQuoteFiles, readQuoteDays } from './quote-files.js';
export { readBookMessages } from './read-book-messages.js';
export type { RecordedQuoteBars, RecordedQuoteOptions } from './recorded-quote-bars.js';
export { recordedQuoteBars } from './recorded-quote-bars.js';
