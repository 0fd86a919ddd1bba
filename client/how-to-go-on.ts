/** What a person can type when a run is parked, failed, canceled or left running. */
import { parkedCommands, resetCommands } from '../pipeline/resume-commands.js';
import type { RunStatus } from '../pipeline/run-status.js';
import type { StageId, StageStatus } from '../pipeline/stage.js';
import type { RunSummary } from './run-summary.js';

/** Lines that name the exact commands; `status` is the run's last one, null where no worker answered. */
export function howToGoOn(summary: RunSummary, status: RunStatus | null): string {
  const { workflowId } = summary;
  if (summary.state === 'Blocked') return (status?.blocked ?? []).map((id) => blockedText(workflowId, id, stageOf(status, id))).join('');
  if (summary.state === 'Failed') {
    const failed = status?.steps.find((step) => step.state === 'failed') ?? (status?.planning.state === 'failed' ? status.planning : null);
    const goOn = failed === null ? '' : `  once the cause is mended: ${resetCommands(workflowId, failed.resetEvent).ares}\n`;
    return `${summary.error?.type ?? 'Error'}: ${summary.error?.message ?? 'no message'}\n${goOn}`;
  }
  if (summary.state === 'Canceled')
    return `The run was canceled; finished steps stay in the cache. To go on: ${resetCommands(workflowId, 0).ares}, or a new run of the same spec.\n`;
  return '';
}

function blockedText(workflowId: string, id: StageId, stage: StageStatus | null): string {
  const { ares, temporal } = parkedCommands({ workflowId, step: id, attempt: stage?.attempt ?? 1 });
  const reset = stage?.resetEvent == null ? [] : [resetCommands(workflowId, stage.resetEvent).temporal];
  return (
    `Blocked at ${id} (${stage?.error?.type ?? 'unknown'}): ${stage?.error?.message ?? ''}\n` +
    `  once the cause is mended, any one of:\n${[ares[0], temporal[0], ...reset].map((command) => `    ${command}\n`).join('')}` +
    `  other answers:\n${[...ares.slice(1), ...temporal.slice(1)].map((command) => `    ${command}\n`).join('')}`
  );
}

function stageOf(status: RunStatus | null, id: StageId): StageStatus | null {
  return id === 'plan' ? (status?.planning ?? null) : (status?.steps.find((step) => step.id === id) ?? null);
}

/** Said on Ctrl-C: the run is the server's, not this process'. */
export function stillRunning(workflowId: string): string {
  return `The run goes on. To follow it: ares watch ${workflowId}; to stop it: ares cancel ${workflowId}\n`;
}
