/** The run's text in the Temporal UI: a table of steps, and for a parked step what to do. Markdown. */
import type { RunStatus, StepStatus } from '../pipeline/run-status.js';

/** Markdown for the UI's "current details". */
export function currentDetails(status: RunStatus): string {
  const rows = status.steps.map(
    (step, i) =>
      `| ${i + 1} | ${step.id} | ${stateText(step)} | ${step.result?.rowsOut ?? ''} | ${step.result === null ? '' : step.result.seconds.toFixed(1)} |`,
  );
  const parked = status.steps.filter((step) => step.state === 'blocked').flatMap(parkedText);
  const failed = status.steps.filter((step) => step.state === 'failed').map((step) => `**${step.id} failed** (${step.error?.type}): ${step.error?.message}`);
  return [`**${status.state}**`, '', ...parked, ...failed, '', '| | step | state | rows | seconds |', '|---|---|---|---:|---:|', ...rows].join('\n');
}

function stateText(step: StepStatus): string {
  if (step.state === 'done' && step.result?.cached) return 'done (cached)';
  return step.state === 'running' && step.attempt > 1 ? `running (retry ${step.attempt - 1})` : step.state;
}

function parkedText(step: StepStatus): string[] {
  const answer = JSON.stringify({ step: step.id, attempt: step.attempt });
  return [
    `**Blocked at ${step.id}** (${step.error?.type}): ${step.error?.message}`,
    '',
    `Mend the cause, then More Actions, Send an Update: \`retryStep\` with \`${answer}\`; \`failRun\` with the same ends the run.`,
    `Or Reset to event ${step.resetEvent}.`,
    '',
  ];
}
