/** The common end of most scenarios: the run completes, its store is compared with the undisturbed one's, each fault's cost is counted. */
import type { Lane } from './fault-lane.js';
import type { FaultOutcome, Reference } from './fault-world.js';
import type { FaultSpan } from './redone-work.js';
import { redoneWork } from './redone-work.js';
import { compareContents, readContents } from './store-contents.js';

/** A fault that struck, with what its own scenario found wrong. */
export interface StruckFault {
  readonly fault: string;
  readonly where: string;
  readonly span: FaultSpan;
  readonly problems?: readonly string[];
}

/** Outcomes of the faults of one lane, in the order in which they struck; call it when the run has completed. */
export async function judgeFaults(lane: Lane, reference: Reference, faults: readonly StruckFault[]): Promise<FaultOutcome[]> {
  const endMs = Date.now();
  const harm = compareContents(reference.contents, await readContents(lane.store));
  const log = await lane.sideLog();
  return faults.map(({ fault, where, span, problems = [] }, i) => {
    const toMs = span.toMs ?? faults[i + 1]?.span.fromMs ?? endMs;
    const redone = redoneWork(log, { ...span, toMs });
    const seconds = ((span.overMs ?? toMs) - span.fromMs) / 1000;
    return { fault, where, redone: redone.text, seconds, problems: [...harm, ...problems, ...redone.problems] };
  });
}
