/** Runs scenarios over a shared S3 server, some at a time, and judges the lot. */
import type { RunSpecInput } from '../../pipeline/config.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';
import { openLane } from './fault-lane.js';
import type { Lane, LaneOptions } from './fault-lane.js';
import type { FaultOutcome, FaultScenario, FaultWorld, Reference } from './fault-world.js';
import { readContents } from './store-contents.js';

export interface RunFaultsOptions {
  /** Scenarios at once: most of a fault's time is Temporal waiting for a heartbeat. */
  readonly lanes: number;
  /** Called with each scenario's outcomes as they come. */
  readonly onOutcomes?: (scenario: string, outcomes: readonly FaultOutcome[], seconds: number) => void;
}

/** The outcomes of all scenarios, in their order. A scenario that throws fails each of its faults. */
export async function runFaults(scenarios: readonly FaultScenario[], options: RunFaultsOptions): Promise<readonly FaultOutcome[]> {
  const s3 = await startS3Server();
  const reference = referenceRuns(s3);
  const outcomes: (readonly FaultOutcome[])[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < scenarios.length; i = next++) {
      const started = performance.now();
      const scenario = scenarios[i] as FaultScenario;
      outcomes[i] = await runScenario(scenario, { s3, reference, name: `lane-${i}` });
      options.onOutcomes?.(scenario.name, outcomes[i] as readonly FaultOutcome[], (performance.now() - started) / 1000);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.lanes }, work));
  } finally {
    await s3.stop();
  }
  return outcomes.flat();
}

async function runScenario(
  scenario: FaultScenario,
  shared: { s3: TestS3Server; reference: FaultWorld['reference']; name: string },
): Promise<readonly FaultOutcome[]> {
  const lanes: Lane[] = [];
  const world: FaultWorld = {
    s3: shared.s3,
    reference: shared.reference,
    lane: async (options: Partial<LaneOptions> = {}) => {
      const lane = await openLane({ name: `${shared.name}-${lanes.length}`, s3: shared.s3.env, ...options });
      lanes.push(lane);
      return lane;
    },
  };
  const started = performance.now();
  try {
    return await scenario.run(world);
  } catch (error) {
    const seconds = (performance.now() - started) / 1000;
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // The number of faults stays what it is: each of them was not shown to be harmless.
    return Array.from({ length: scenario.faults }, (_, i) => ({
      fault: scenario.name,
      where: '',
      redone: '',
      seconds,
      problems: [i === 0 ? problem : 'the scenario broke off, see its first fault'],
    }));
  } finally {
    for (const lane of lanes) await lane.close();
  }
}

/** Undisturbed runs, one a spec, in a lane of their own each. */
function referenceRuns(s3: TestS3Server): FaultWorld['reference'] {
  const known = new Map<string, Promise<Reference>>();
  return (spec: RunSpecInput) => {
    const name = JSON.stringify(spec);
    const found = known.get(name) ?? runUndisturbed(s3, { spec, name: `reference-${known.size}` });
    known.set(name, found);
    return found;
  };
}

async function runUndisturbed(s3: TestS3Server, run: { spec: RunSpecInput; name: string }): Promise<Reference> {
  const lane = await openLane({ name: run.name, s3: s3.env });
  try {
    await lane.startWorker();
    await lane.start('undisturbed', run.spec);
    await lane.result('undisturbed');
    return { contents: await readContents(lane.store), log: await lane.sideLog() };
  } finally {
    await lane.close();
  }
}
