/** Market data from the REST interfaces of exchanges, and daily indices from their publishers. */
export { makeBinanceRest } from './binance-rest.js';
export type { RestSource } from './binance-rest.js';
export { makeKrakenRest } from './kraken-rest.js';
