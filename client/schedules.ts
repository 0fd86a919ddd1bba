/** Runs at set times: Temporal schedules whose action is a training run. */
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy, ServiceError } from '@temporalio/client';
import type { Client, ScheduleDescription, ScheduleSpec } from '@temporalio/client';
import type { RunSpecInput } from '../pipeline/config.js';
import { parseRunSpec } from '../pipeline/config.js';
import { TASK_QUEUES, WORKFLOW_TYPES } from '../pipeline/run-status.js';

/** What happens when a time comes while the run before it is still there. */
export const OVERLAP_POLICIES = {
  skip: ScheduleOverlapPolicy.SKIP,
  'buffer-one': ScheduleOverlapPolicy.BUFFER_ONE,
  'buffer-all': ScheduleOverlapPolicy.BUFFER_ALL,
  'cancel-other': ScheduleOverlapPolicy.CANCEL_OTHER,
  'terminate-other': ScheduleOverlapPolicy.TERMINATE_OTHER,
  'allow-all': ScheduleOverlapPolicy.ALLOW_ALL,
} as const;
export type OverlapPolicy = keyof typeof OVERLAP_POLICIES;

const HOUR_MS = 3_600_000;

export interface ScheduleRequest {
  readonly id: string;
  /** Cron expression of five fields (or @daily and the like); exactly one of cron and everyMs. */
  readonly cron?: string;
  readonly everyMs?: number;
  /** IANA name in which cron is read; default UTC. */
  readonly timezone?: string;
  /** Spec of every run. */
  readonly spec: RunSpecInput;
  /** Default skip. */
  readonly overlap?: OverlapPolicy;
  /** Times missed while the server was away are made up within this span; default 1 h. */
  readonly catchUpMs?: number;
  /** Default true: after a failed run nothing starts until somebody unpauses. */
  readonly pauseOnFailure?: boolean;
  /** Random delay of each start, at most this long; default 0. */
  readonly jitterMs?: number;
  /** Stored paused; default false. */
  readonly paused?: boolean;
}

export interface ScheduleListing {
  readonly id: string;
  readonly paused: boolean;
  /** Empty where nobody wrote one. */
  readonly note: string;
  readonly next: string | null;
  /** Workflow id of the newest run; null before the first. */
  readonly lastRun: string | null;
}

export interface ScheduleState {
  readonly id: string;
  /** The run spec of every run. */
  readonly spec: unknown;
  readonly timezone: string;
  readonly overlap: string;
  readonly catchUpSeconds: number;
  readonly pauseOnFailure: boolean;
  readonly jitterSeconds: number;
  readonly paused: boolean;
  /** Why it is paused or was unpaused, in the words of whoever did it; empty where nobody wrote any. */
  readonly note: string;
  /** The next start times, ISO 8601. */
  readonly next: readonly string[];
  /** The newest runs, oldest first. */
  readonly recent: readonly { readonly workflowId: string; readonly at: string }[];
  readonly running: readonly string[];
  readonly started: number;
  readonly skippedByOverlap: number;
  readonly missed: number;
}

/** The server or we refused a schedule; the message says which field. */
export class ScheduleRefused extends Error {
  override readonly name = 'ScheduleRefused';
}

/** Every method but create and list throws ScheduleRefused when there is no schedule of that id. */
export class AresSchedules {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Stores a schedule. @throws ScheduleRefused when its spec, times or id are not taken; nothing is stored then */
  async create(request: ScheduleRequest): Promise<void> {
    const parsed = parseRunSpec(request.spec);
    if (!parsed.ok) throw new ScheduleRefused(`InvalidSpec: ${parsed.problems.join('; ')}`);
    await answered(request.id, async () =>
      this.#client.schedule.create({
        scheduleId: request.id,
        spec: timesOf(request),
        policies: {
          overlap: OVERLAP_POLICIES[request.overlap ?? 'skip'],
          catchupWindow: request.catchUpMs ?? HOUR_MS,
          pauseOnFailure: request.pauseOnFailure ?? true,
        },
        action: {
          type: 'startWorkflow',
          workflowType: WORKFLOW_TYPES.trainPipeline,
          taskQueue: TASK_QUEUES.workflow,
          // Temporal adds the time of the start.
          workflowId: request.id,
          args: [request.spec],
          memo: { spec: request.spec },
          staticSummary: `schedule ${request.id}: ${parsed.spec.symbol} ${parsed.spec.market}, ${parsed.spec.preset}, ${parsed.spec.source}`,
        },
        state: { paused: request.paused ?? false },
      }),
    );
  }

  /** The schedules of training runs; one that was just made may come a moment late. */
  async list(): Promise<readonly ScheduleListing[]> {
    const found: ScheduleListing[] = [];
    for await (const schedule of this.#client.schedule.list()) {
      if (schedule.action?.workflowType !== WORKFLOW_TYPES.trainPipeline) continue;
      found.push({
        id: schedule.scheduleId,
        paused: schedule.state.paused,
        note: schedule.state.note ?? '',
        next: schedule.info.nextActionTimes[0]?.toISOString() ?? null,
        lastRun: schedule.info.recentActions.at(-1)?.action.workflow.workflowId ?? null,
      });
    }
    return found;
  }

  async describe(id: string): Promise<ScheduleState> {
    return answered(id, async () => stateOf(await this.#client.schedule.getHandle(id).describe()));
  }

  /** Starts a run now, whatever the times say; without a policy the schedule's own overlap policy holds. */
  async trigger(id: string, overlap?: OverlapPolicy): Promise<void> {
    await answered(id, async () => {
      const handle = this.#client.schedule.getHandle(id);
      // The SDK's own default is allow-all, whose runs the server does not watch: their failure would not pause the schedule.
      await handle.trigger(overlap === undefined ? (await handle.describe()).policies.overlap : OVERLAP_POLICIES[overlap]);
    });
  }

  async pause(id: string, note: string): Promise<void> {
    await answered(id, async () => this.#client.schedule.getHandle(id).pause(note));
  }

  async unpause(id: string, note: string): Promise<void> {
    await answered(id, async () => this.#client.schedule.getHandle(id).unpause(note));
  }

  /** Removes the schedule; its runs stay. */
  async delete(id: string): Promise<void> {
    await answered(id, async () => this.#client.schedule.getHandle(id).delete());
  }

  /** Starts the runs whose times lie in [from, to], one after the other unless a policy says otherwise. */
  async backfill(id: string, span: { readonly from: Date; readonly to: Date; readonly overlap?: OverlapPolicy }): Promise<void> {
    const { from, to } = span;
    if (!(from.getTime() < to.getTime())) throw new ScheduleRefused(`expected from before to, found ${from.toISOString()} and ${to.toISOString()}`);
    await answered(id, async () =>
      this.#client.schedule.getHandle(id).backfill({ start: from, end: to, overlap: OVERLAP_POLICIES[span.overlap ?? 'buffer-all'] }),
    );
  }
}

function timesOf({ cron, everyMs, timezone, jitterMs }: ScheduleRequest): ScheduleSpec {
  if ((cron === undefined) === (everyMs === undefined)) throw new ScheduleRefused('expected exactly one of cron and every');
  return {
    ...(cron === undefined ? {} : { cronExpressions: [cron] }),
    ...(everyMs === undefined ? {} : { intervals: [{ every: everyMs }] }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(jitterMs === undefined ? {} : { jitter: jitterMs }),
  };
}

function stateOf(found: ScheduleDescription): ScheduleState {
  const { info, policies, state } = found;
  return {
    id: found.scheduleId,
    spec: found.action.args?.[0] ?? {},
    timezone: found.spec.timezone || 'UTC',
    overlap: Object.entries(OVERLAP_POLICIES).find(([, policy]) => policy === policies.overlap)?.[0] ?? 'skip',
    catchUpSeconds: policies.catchupWindow / 1000,
    pauseOnFailure: policies.pauseOnFailure,
    jitterSeconds: (found.spec.jitter ?? 0) / 1000,
    paused: state.paused,
    note: state.note ?? '',
    next: info.nextActionTimes.map((time) => time.toISOString()),
    recent: info.recentActions.map(({ action, takenAt }) => ({ workflowId: action.workflow.workflowId, at: takenAt.toISOString() })),
    running: info.runningActions.map(({ workflow }) => workflow.workflowId),
    started: info.numActionsTaken,
    skippedByOverlap: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
  };
}

/** gRPC's INVALID_ARGUMENT. */
const INVALID_ARGUMENT = 3;

/** What the server answers; its refusals in its own words. */
async function answered<T>(id: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) throw new ScheduleRefused(`no such schedule: ${id}`, { cause: error });
    if (error instanceof ScheduleAlreadyRunning)
      throw new ScheduleRefused(`there is a schedule ${id} already; delete it, or choose another id`, { cause: error });
    const cause = error instanceof ServiceError ? (error.cause as { code?: number; details?: string } | undefined) : undefined;
    if (cause?.code === INVALID_ARGUMENT) throw new ScheduleRefused(`schedule refused: ${cause.details ?? ''}`, { cause: error });
    // The SDK's words for times that the server cannot read.
    if (error instanceof TypeError) throw new ScheduleRefused(`schedule refused: ${error.message}`, { cause: error });
    throw error;
  }
}
