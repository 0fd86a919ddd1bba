/** Tells the worker's channels that a run has completed, is blocked or has failed; what becomes of it is in the status. */
import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { RunEvent, RunNotice } from '../pipeline/run-notice.js';
import type { StageId } from '../pipeline/stage.js';
import { failureOf } from './failure-of.js';
import type { RunState } from './run-state.js';
import { notifyActivities } from './step-activities.js';

export interface Notices {
  /** Sends in the background; a failure to deliver is noted, never thrown. */
  send(event: RunEvent, stage: StageId | null): void;
  /** Once every notice is delivered or given up. */
  settled(): Promise<void>;
}

/** The notices of a run. Nothing is scheduled where the spec wants none, or where the worker has no channel. */
export function makeNotices(run: RunState): Notices {
  const sent: Promise<void>[] = [];
  return {
    send: (event, stage) => {
      if (run.spec.notify.includes(event) && run.notifies !== false) sent.push(deliver(noticeOf(run, event, stage), run));
    },
    settled: async () => void (await Promise.all(sent)),
  };
}

async function deliver(notice: RunNotice, run: RunState): Promise<void> {
  try {
    // A canceled run still tells what it was about to tell.
    const results = await CancellationScope.nonCancellable(async () => notifyActivities.notifyRun(notice));
    run.noteNotices(results.map((result) => ({ ...result, event: notice.event })));
  } catch (error) {
    const { type, message } = failureOf(error);
    run.noteNotices([{ channel: 'all', state: 'failed', detail: `${type}: ${message}`, event: notice.event }]);
  }
}

function noticeOf(run: RunState, event: RunEvent, id: StageId | null): RunNotice {
  const { workflowId, runId } = workflowInfo();
  const about = { event, workflowId, runId, symbol: run.spec.symbol, preset: run.spec.preset };
  if (id === null) {
    const report = run.step('saving').result?.artifacts.find((artifact) => artifact.name === 'report.html')?.uri;
    return report === undefined ? about : { ...about, report };
  }
  const { attempt, error, resetEvent } = run.stage(id);
  return { ...about, step: id, attempt, ...(error === null ? {} : { error }), ...(resetEvent === null ? {} : { resetEvent }) };
}
