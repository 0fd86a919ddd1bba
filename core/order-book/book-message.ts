/** What an exchange says of its order book, message by message. Update ids count the changes of one book. */

/** Price levels one after the other: price, quantity, price, quantity ...; quantity 0 takes the level away. */
export type Levels = Float64Array;

/** The whole book (or its first levels) after the update `lastUpdateId`. */
export interface BookSnapshot {
  readonly kind: 'snapshot';
  /** UTC ms by the exchange's clock, in order of arrival never going back. */
  readonly timeMs: number;
  readonly lastUpdateId: number;
  readonly bids: Levels;
  readonly asks: Levels;
}

/** The levels that updates `firstUpdateId` to `lastUpdateId` changed, at their new quantities. */
export interface BookDelta {
  readonly kind: 'delta';
  readonly timeMs: number;
  readonly firstUpdateId: number;
  readonly lastUpdateId: number;
  /** lastUpdateId of the delta before (futures); null where ids follow one another without a gap (spot). */
  readonly previousUpdateId: number | null;
  readonly bids: Levels;
  readonly asks: Levels;
}

/** Best bid and ask after the update `updateId`. */
export interface BestQuote {
  readonly kind: 'quote';
  readonly timeMs: number;
  readonly updateId: number;
  readonly bid: number;
  readonly bidQuantity: number;
  readonly ask: number;
  readonly askQuantity: number;
}

export type BookMessage = BookSnapshot | BookDelta | BestQuote;
