/** What a scenario of the fault suite is given, and what it answers. */
import type { TestS3Server } from '../support/s3-server.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import type { Lane, LaneOptions, LoggedEntry } from './fault-lane.js';
import type { StoreContents } from './store-contents.js';

/** One injected fault, judged. */
export interface FaultOutcome {
  readonly fault: string;
  /** Step or place it struck. */
  readonly where: string;
  /** Work that was done again. */
  readonly redone: string;
  /** From the fault to the proof that nothing was lost. */
  readonly seconds: number;
  /** What is wrong, a sentence each; empty when the fault did no harm. */
  readonly problems: readonly string[];
}

/** What an undisturbed run of a spec leaves and how it went. */
export interface Reference {
  readonly contents: StoreContents;
  readonly log: readonly LoggedEntry[];
}

export interface FaultWorld {
  readonly s3: TestS3Server;
  /** Runs the spec undisturbed at the first call, remembers it after. */
  reference(spec: RunSpecInput): Promise<Reference>;
  /** A lane with a prefix of its own, closed with the scenario. */
  lane(options?: Partial<LaneOptions>): Promise<Lane>;
}

export interface FaultScenario {
  readonly name: string;
  /** Faults it injects. */
  readonly faults: number;
  /** Part of the short form, which runs with the tests. */
  readonly isShort: boolean;
  run(world: FaultWorld): Promise<readonly FaultOutcome[]>;
}
