/** The part of the standard AbortSignal that long computations look at between units of work. */
export interface Abort {
  readonly aborted: boolean;
  throwIfAborted(): void;
}
