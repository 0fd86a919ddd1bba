/** The exact commands that go on with a parked or ended run, the same in the UI's text, the failure's message and the CLI. */

export interface StoppedStage {
  readonly workflowId: string;
  readonly step: string;
  /** Operator's attempt, from 1. */
  readonly attempt: number;
}

/** Lines for a shell that answer a parked stage. */
export function parkedCommands(stage: StoppedStage): { readonly ares: readonly string[]; readonly temporal: readonly string[] } {
  const id = shellWord(stage.workflowId);
  const answer = { step: stage.step, attempt: stage.attempt };
  const update = (name: string, input: object): string =>
    `temporal workflow update execute --workflow-id ${id} --name ${name} --input ${shellWord(JSON.stringify(input))}`;
  return {
    ares: [
      `ares resume ${id}`,
      ...(stage.step === 'plan' ? [] : [`ares skip ${id} --step ${stage.step} --artifact s3://MANIFEST --note WHY`]),
      `ares fail ${id}`,
    ],
    temporal: [
      update('retryStep', answer),
      ...(stage.step === 'plan' ? [] : [update('skipStep', { ...answer, artifact: 's3://MANIFEST', note: 'WHY' })]),
      update('failRun', answer),
    ],
  };
}

/** Lines for a shell that go on with a run that has ended at an event; without an event, from its start. */
export function resetCommands(workflowId: string, resetEvent: number | null): { readonly ares: string; readonly temporal: string } {
  const id = shellWord(workflowId);
  const where = resetEvent === null ? '--type FirstWorkflowTask' : `--event-id ${resetEvent}`;
  return {
    ares: `ares resume ${id}${resetEvent === null ? ' --from-start' : ''}`,
    temporal: `temporal workflow reset --workflow-id ${id} ${where} --reason mended`,
  };
}

/** A word of a POSIX shell: quoted unless it is plain. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
