/** What a person can type when a run is parked, failed or left running. */
import type { RunSummary } from './run-summary.js';

/** Lines that name the exact commands. `resetEvents` = history event by step id. */
export function howToGoOn(summary: RunSummary, attempts: ReadonlyMap<string, { readonly attempt: number; readonly resetEvent: number | null }>): string {
  const id = summary.workflowId;
  if (summary.state === 'Blocked') {
    return summary.steps
      .filter((step) => step.state === 'blocked')
      .map((step) => {
        const { attempt, resetEvent } = attempts.get(step.id) ?? { attempt: 1, resetEvent: null };
        const answer = JSON.stringify({ step: step.id, attempt });
        const reset =
          resetEvent === null ? '' : `  or from there again: temporal workflow reset --workflow-id ${id} --event-id ${resetEvent} --reason mended\n`;
        return (
          `Blocked at ${step.id} (${step.error?.type ?? 'unknown'}): ${step.error?.message ?? ''}\n` +
          `  once the cause is mended: temporal workflow update execute --workflow-id ${id} --name retryStep --input '${answer}'\n` +
          `  to end the run:           temporal workflow update execute --workflow-id ${id} --name failRun --input '${answer}'\n${reset}`
        );
      })
      .join('');
  }
  if (summary.state === 'Failed') return `${summary.error?.type ?? 'Error'}: ${summary.error?.message ?? 'no message'}\n`;
  if (summary.state === 'Canceled') return `The run was canceled; finished steps stay in the cache, and a new run of the same spec goes on from there.\n`;
  return '';
}

/** Said on Ctrl-C: the run is the server's, not this process'. */
export function stillRunning(workflowId: string): string {
  return `The run goes on. To follow it: ares watch ${workflowId}; to stop it: ares cancel ${workflowId}\n`;
}
