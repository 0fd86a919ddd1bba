/** One measured case. */
export interface BenchLine {
  readonly subject: string;
  readonly case: string;
  readonly n: number;
  /** Median of interleaved runs; a single run where the case says so. */
  readonly seconds: number;
  readonly peer: string | null;
  readonly peerSeconds: number | null;
  /** seconds / peerSeconds; below 1 is faster. */
  readonly ratio: number | null;
  readonly peakMiB: number;
  /** A number that both sides computed and that was compared. */
  readonly check: number | string;
  readonly details?: unknown;
}
