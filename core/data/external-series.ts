/** Series beside the trades that bars carry as extras: where each may come from and how long a value stays good. */
import type { BarExtraName } from './bar-extras.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface ExternalSeries {
  /** The extra that bars carry. */
  readonly extra: BarExtraName;
  /** A value that speaks of a time longer ago is not joined. */
  readonly timeToLiveMs: number;
  /** Time from the moment a value speaks of until it can be known, where the source does not say: the publisher's stated delay. */
  readonly delayMs: number;
}

/** By the name that the spec's `external` lists. */
export const EXTERNAL_SERIES = {
  'mark-price': { extra: 'markPrice', timeToLiveMs: 10 * MINUTE_MS, delayMs: 0 },
  'open-interest': { extra: 'openInterest', timeToLiveMs: 30 * MINUTE_MS, delayMs: 5 * MINUTE_MS },
  'account-ratio': { extra: 'accountRatio', timeToLiveMs: 30 * MINUTE_MS, delayMs: 5 * MINUTE_MS },
  'top-account-ratio': { extra: 'topAccountRatio', timeToLiveMs: 30 * MINUTE_MS, delayMs: 5 * MINUTE_MS },
  'top-position-ratio': { extra: 'topPositionRatio', timeToLiveMs: 30 * MINUTE_MS, delayMs: 5 * MINUTE_MS },
  'taker-ratio': { extra: 'takerRatio', timeToLiveMs: 30 * MINUTE_MS, delayMs: 5 * MINUTE_MS },
  'bid-depth': { extra: 'bidDepth', timeToLiveMs: 10 * MINUTE_MS, delayMs: 0 },
  'ask-depth': { extra: 'askDepth', timeToLiveMs: 10 * MINUTE_MS, delayMs: 0 },
  'fear-greed': { extra: 'fearGreed', timeToLiveMs: 3 * DAY_MS, delayMs: DAY_MS },
  'hash-rate': { extra: 'hashRate', timeToLiveMs: 10 * DAY_MS, delayMs: DAY_MS },
} as const satisfies Readonly<Record<string, ExternalSeries>>;

export type ExternalName = keyof typeof EXTERNAL_SERIES;
export const EXTERNAL_NAMES = Object.keys(EXTERNAL_SERIES) as readonly ExternalName[];
