/** A book rebuilt from a snapshot and the changes after it, refused where a change is missing or the sides cross. */
import { InvalidData } from '../errors.js';
import type { BookDelta, BookSnapshot, Levels } from './book-message.js';
import type { BookSide } from './book-side.js';
import { makeBookSide } from './book-side.js';

/** Share of the middle within which bidDepth and askDepth count (bar-extras.ts). */
export const DEPTH_SHARE = 0.01;

export interface BookReplay {
  /**
   * Takes a message in order of arrival. True when it changed the book, which stands then; false for a delta before the first
   * snapshot (kept until it comes) or older than it. A later snapshot starts the chain anew.
   * @throws InvalidData when updates are missing between two deltas or between snapshot and first delta, naming them; and when the
   * best bid is not below the best ask, or a side is empty
   */
  apply(message: BookSnapshot | BookDelta): boolean;
  /** Last update that the book holds; NaN before the first snapshot. */
  readonly lastUpdateId: number;
  readonly bids: BookSide;
  readonly asks: BookSide;
  /** Base quantities within DEPTH_SHARE of the middle. */
  depth(): { readonly bidDepth: number; readonly askDepth: number };
}

interface ReplayState {
  bids: BookSide;
  asks: BookSide;
  lastUpdateId: number;
  /** True between a snapshot and the first delta on it: the rule of joining differs from the rule of following. */
  isFresh: boolean;
  readonly waiting: BookDelta[];
}

/** A replay that waits for its snapshot. */
export function makeBookReplay(): BookReplay {
  const state: ReplayState = { bids: makeBookSide('bid'), asks: makeBookSide('ask'), lastUpdateId: Number.NaN, isFresh: false, waiting: [] };
  return {
    apply: (message) => {
      if (message.kind === 'snapshot') {
        reset(state, message);
        return true;
      }
      if (!Number.isNaN(state.lastUpdateId)) return applyDelta(state, message);
      state.waiting.push(message);
      return false;
    },
    get lastUpdateId() {
      return state.lastUpdateId;
    },
    get bids() {
      return state.bids;
    },
    get asks() {
      return state.asks;
    },
    depth: () => {
      const middle = (state.bids.bestPrice() + state.asks.bestPrice()) / 2;
      return { bidDepth: state.bids.quantityUpTo(middle * (1 - DEPTH_SHARE)), askDepth: state.asks.quantityUpTo(middle * (1 + DEPTH_SHARE)) };
    },
  };
}

function reset(state: ReplayState, snapshot: BookSnapshot): void {
  state.bids = makeBookSide('bid');
  state.asks = makeBookSide('ask');
  setLevels(state.bids, snapshot.bids);
  setLevels(state.asks, snapshot.asks);
  state.lastUpdateId = snapshot.lastUpdateId;
  state.isFresh = true;
  checkSides(state);
  for (const delta of state.waiting.splice(0)) applyDelta(state, delta);
}

function applyDelta(state: ReplayState, delta: BookDelta): boolean {
  if (state.isFresh && isOlder(state.lastUpdateId, delta)) return false;
  checkChain(state, delta);
  setLevels(state.bids, delta.bids);
  setLevels(state.asks, delta.asks);
  state.lastUpdateId = delta.lastUpdateId;
  state.isFresh = false;
  checkSides(state);
  return true;
}

/** Binance's rules: a futures delta that ends with the snapshot's id is the first one applied, a spot one must reach beyond it. */
function isOlder(snapshotId: number, delta: BookDelta): boolean {
  return delta.previousUpdateId === null ? delta.lastUpdateId <= snapshotId : delta.lastUpdateId < snapshotId;
}

function checkChain({ lastUpdateId, isFresh }: ReplayState, delta: BookDelta): void {
  const { firstUpdateId, previousUpdateId } = delta;
  const isSpot = previousUpdateId === null;
  const found = `found updates ${firstUpdateId} to ${delta.lastUpdateId}`;
  if (isFresh) {
    if (firstUpdateId > lastUpdateId + (isSpot ? 1 : 0)) {
      throw new InvalidData(
        `order book: expected the first event after the snapshot to hold update ${lastUpdateId + (isSpot ? 1 : 0)}, ${found}: ${missing(lastUpdateId, delta)}`,
      );
    }
    return;
  }
  if (isSpot ? firstUpdateId === lastUpdateId + 1 : previousUpdateId === lastUpdateId) return;
  const expected = isSpot ? `to begin with ${lastUpdateId + 1}` : `to follow update ${lastUpdateId}`;
  throw new InvalidData(
    `order book: expected the next event ${expected}, ${found}${isSpot ? '' : ` after ${previousUpdateId}`}: ${missing(lastUpdateId, delta)}`,
  );
}

function missing(lastUpdateId: number, delta: BookDelta): string {
  const until = delta.previousUpdateId ?? delta.firstUpdateId - 1;
  return until > lastUpdateId ? `what happened after update ${lastUpdateId} up to ${until} is missing` : 'it goes back';
}

function checkSides({ bids, asks, lastUpdateId }: ReplayState): void {
  const [bid, ask] = [bids.bestPrice(), asks.bestPrice()];
  if (!(bid < ask)) throw new InvalidData(`order book: expected the best bid below the best ask after update ${lastUpdateId}, found bid ${bid} and ask ${ask}`);
}

function setLevels(side: BookSide, levels: Levels): void {
  for (let i = 0; i < levels.length; i += 2) side.set(levels[i], levels[i + 1]);
}
