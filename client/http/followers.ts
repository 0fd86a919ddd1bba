/** How many requests may follow a run at once, and how they end when the server does. */
import { HttpProblem } from './problem.js';

/** Open follows of one server: each asks Temporal and a worker about twice a second. */
const MOST_FOLLOWERS = 64;

export class Followers {
  readonly #closing = new AbortController();
  readonly #following = new Set<Promise<unknown>>();
  readonly #most: number;

  constructor(most: number = MOST_FOLLOWERS) {
    this.#most = most;
  }

  /**
   * What `follow` gives. When `leave` is aborted or the server closes, its reason is thrown at once, even while `follow` still waits
   * for an answer; its place is free when it has ended.
   * @throws HttpProblem (503) when too many follow already
   */
  async during<T>(leave: AbortSignal, follow: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#following.size >= this.#most) throw new HttpProblem(503, `${this.#most} requests follow runs already; ask for the state instead, or later`);
    const signal = AbortSignal.any([leave, this.#closing.signal]);
    const following = follow(signal);
    this.#following.add(following);
    const isOver = (): void => void this.#following.delete(following);
    following.then(isOver, isOver);
    return untilAborted(following, signal);
  }

  /** Ends them all. */
  close(): void {
    this.#closing.abort(new HttpProblem(503, 'the server is stopping'));
  }

  /** Resolves when the last call to Temporal that a follower made is over: until then its connection is needed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#following);
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
