/** The run's text in the Temporal UI: what to do where it is parked or failed, and a table of steps. Markdown. */
import { parkedCommands, resetCommands } from '../pipeline/resume-commands.js';
import type { RunStatus, StepStatus } from '../pipeline/run-status.js';
import type { StageId, StageStatus } from '../pipeline/stage.js';

/** Markdown for the UI's "current details". */
export function currentDetails(status: RunStatus, workflowId: string): string {
  const stages: { readonly id: StageId; readonly stage: StageStatus }[] = [
    { id: 'plan', stage: status.planning },
    ...status.steps.map((step) => ({ id: step.id, stage: step })),
  ];
  const stopped = stages.flatMap(({ id, stage }) => {
    if (stage.state === 'blocked') return blockedText(id, stage, workflowId);
    return stage.state === 'failed' ? failedText(id, stage, workflowId) : [];
  });
  const rows = status.steps.map(
    (step, i) =>
      `| ${i + 1} | ${step.id} | ${stateText(step)} | ${step.result?.rowsOut ?? ''} | ${step.result === null ? '' : step.result.seconds.toFixed(1)} |`,
  );
  const actions = status.operatorActions.map(
    ({ at, update, step, note, outcome, detail }) =>
      `- ${at} \`${update}\`${step === null ? '' : ` ${step}`} ${outcome}: ${inline(detail)}${note === null ? '' : ` (${inline(note)})`}`,
  );
  const notices = status.notices
    .filter(({ state }) => state === 'failed')
    .map(({ event, channel, detail }) => `- notice of ${event} on ${channel} was not delivered: ${inline(detail)}`);
  return [
    `**${status.state}**, ${status.steps.filter((step) => step.state === 'done').length} of ${status.steps.length} steps done`,
    '',
    ...stopped,
    '| | step | state | rows | seconds |',
    '|---|---|---|---:|---:|',
    ...rows,
    ...(actions.length + notices.length === 0 ? [] : ['', ...actions, ...notices]),
  ].join('\n');
}

function stateText(step: StepStatus): string {
  if (step.state === 'done' && step.supplied) return 'done (supplied)';
  if (step.state === 'done' && step.result?.cached) return 'done (cached)';
  if (step.state === 'skipped') return 'not started';
  return step.state === 'running' && step.attempt > 1 ? `running (retry ${step.attempt - 1})` : step.state;
}

function blockedText(id: StageId, stage: StageStatus, workflowId: string): string[] {
  const answer = JSON.stringify({ step: id, attempt: stage.attempt });
  const { ares, temporal } = parkedCommands({ workflowId, step: id, attempt: stage.attempt });
  return [
    `**Blocked at ${id}** (${stage.error?.type}): ${inline(stage.error?.message ?? '')}`,
    '',
    `Mend the cause, then More Actions, Send an Update: \`retryStep\` with \`${answer}\`; \`failRun\` with the same ends the run.`,
    `Or Reset to event ${stage.resetEvent}. Or in a shell, any one of:`,
    '',
    '```',
    ...ares,
    ...temporal,
    '```',
    '',
  ];
}

function failedText(id: StageId, stage: StageStatus, workflowId: string): string[] {
  const { ares, temporal } = resetCommands(workflowId, stage.resetEvent);
  return [
    `**${id} failed** (${stage.error?.type}): ${inline(stage.error?.message ?? '')}`,
    '',
    `Once the cause is mended, Reset to event ${stage.resetEvent} (the last workflow task would fail again), or in a shell one of:`,
    '',
    '```',
    ares,
    temporal,
    '```',
    '',
  ];
}

/** Text from outside on one line, so that it cannot break the page's structure. */
function inline(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[`|<]/g, (sign) => `\\${sign}`);
}
