/** Follows a run to its end and prints what came of it: the last part of `run`, `watch` and `result`. */
import type { CommandWorld } from './command-world.js';
import { printJson } from './command-world.js';
import { CommandFailure, EXIT_CODES } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import { howToGoOn, stillRunning } from './how-to-go-on.js';
import { makeProgressPrinter } from './progress-lines.js';
import type { RunEnd, RunSnapshot } from './run-events.js';
import { stepTable, summarizeRun, summaryLine } from './run-summary.js';
import type { RunSummary } from './run-summary.js';
import type { Connected } from './with-client.js';
import { uiAddress } from './with-client.js';

export interface FollowOptions {
  readonly workflowId: string;
  readonly json: boolean;
  /** Progress lines on stderr. */
  readonly progress: boolean;
}

const CODE_OF: Readonly<Record<RunEnd['state'], ExitCode>> = {
  Succeeded: EXIT_CODES.done,
  Failed: EXIT_CODES.failed,
  Blocked: EXIT_CODES.parked,
  Canceled: EXIT_CODES.canceled,
};

/**
 * The exit code of a run's end, once everything is printed. Ctrl-C ends the following, not the run.
 * A finished run whose report cannot be fetched counts as failed here. @throws CommandFailure when interrupted
 */
export async function followRun(world: CommandWorld, connected: Connected, { workflowId, ...options }: FollowOptions): Promise<ExitCode> {
  const printer = makeProgressPrinter(world.err, world.isTerminal);
  let last: RunSnapshot | null = null;
  let end: RunEnd;
  try {
    end = await connected.ares.watch(workflowId, {
      signal: world.interrupted,
      onSnapshot: (snapshot) => {
        // Once the run has ended a worker may be gone; what it said last still stands.
        last = snapshot.status === null && last !== null ? { ...snapshot, status: (last as RunSnapshot).status } : snapshot;
        if (options.progress) printer.show(snapshot);
      },
    });
  } catch (error) {
    if (world.interrupted.aborted) throw new CommandFailure(EXIT_CODES.interrupted, `\n${stillRunning(workflowId)}`.trimEnd(), { cause: error });
    throw error;
  } finally {
    printer.end();
  }
  const snapshot = last as unknown as RunSnapshot;
  const summary = summarizeRun(end, snapshot, uiAddress(world, connected.namespace, snapshot));
  return finish(world, end, { summary, snapshot, json: options.json });
}

interface Finished {
  readonly summary: RunSummary;
  readonly snapshot: RunSnapshot;
  readonly json: boolean;
}

async function finish(world: CommandWorld, end: RunEnd, { summary, snapshot, json }: Finished): Promise<ExitCode> {
  const fetched = await fetchReport(world, end, summary);
  if (json)
    printJson(
      world,
      fetched.failure === null ? fetched.summary : { ...fetched.summary, error: { type: fetched.failure.name, message: fetched.failure.message } },
    );
  else world.out(`${stepTable(summary.steps)}\n${summaryLine(summary)}\n${addressLines(fetched.summary)}`);
  world.err(howToGoOn(summary, snapshot.status));
  if (fetched.failure === null) return CODE_OF[end.state];
  world.err(`the run succeeded, but its report cannot be fetched: ${fetched.failure.name}: ${fetched.failure.message}\n`);
  return EXIT_CODES.failed;
}

async function fetchReport(world: CommandWorld, end: RunEnd, summary: RunSummary): Promise<{ summary: RunSummary; failure: Error | null }> {
  if (end.state !== 'Succeeded' || end.result.report === null || summary.report === null) return { summary, failure: null };
  try {
    const { downloadReport } = await import('./report-file.js');
    const path = await downloadReport(end.result.report, summary.workflowId, world.env);
    return { summary: { ...summary, report: { ...summary.report, path } }, failure: null };
  } catch (error) {
    // Said, with its own exit code, once the run's own result is printed.
    return { summary, failure: error as Error };
  }
}

function addressLines(summary: RunSummary): string {
  const lines = [
    `run     ${summary.workflowId} (${summary.runId})`,
    ...(summary.version === null ? [] : [`version ${summary.version}`]),
    ...(summary.bundle === null ? [] : [`bundle  ${summary.bundle.uri}`]),
    ...(summary.report === null ? [] : [`report  ${summary.report.path ?? summary.report.uri}`]),
    ...(summary.ui === null ? [] : [`UI      ${summary.ui}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
