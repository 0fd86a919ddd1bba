/** How far the files of a request are, in words: how many, how many requests, bytes, rate and remaining time. */
import type { PlannedFile } from '../../pipeline/plan.js';

/** Shortest time between two messages. */
const PAUSE_MS = 1000;
const MIB = 1024 * 1024;

export interface DownloadProgress {
  /** The file lay here already. */
  kept(file: PlannedFile): void;
  received(bytes: number): void;
  fetched(): void;
}

/** Reports on the files; `requests` is the number of requests so far. Remaining time is told where the plan states the files' sizes. */
export function makeProgress(files: readonly PlannedFile[], requests: () => number, say: (message: string) => void): DownloadProgress {
  const requestsBefore = requests();
  const startedMs = Date.now();
  const knowsSizes = files.every((file) => file.bytes > 0);
  let toFetchBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let [kept, fetched, bytes, saidMs] = [0, 0, 0, 0];
  const report = (isLast: boolean): void => {
    const now = Date.now();
    if (!isLast && now - saidMs < PAUSE_MS) return;
    saidMs = now;
    const rate = (1000 * bytes) / Math.max(1, now - startedMs);
    const left = knowsSizes && rate > 0 ? `, ${Math.ceil(Math.max(0, toFetchBytes - bytes) / rate)} s left` : '';
    const total = knowsSizes ? ` of ${mib(toFetchBytes)}` : '';
    const counted = `${kept + fetched} of ${files.length} files (${kept} were here), ${requests() - requestsBefore} requests`;
    say(`${counted}, ${mib(bytes)}${total} MiB fetched, ${mib(rate)} MiB/s${left}`);
  };
  return {
    kept: (file) => {
      kept++;
      toFetchBytes -= file.bytes;
      report(kept + fetched === files.length);
    },
    received: (count) => {
      bytes += count;
      report(false);
    },
    fetched: () => {
      fetched++;
      report(kept + fetched === files.length);
    },
  };
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
