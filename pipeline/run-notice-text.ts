/** A notice in words: what happened, where it stopped, and the exact commands that go on. */
import { parkedCommands, resetCommands, shellWord } from './resume-commands.js';
import type { RunNotice } from './run-notice.js';

export interface NoticeText {
  /** One line without control characters. */
  readonly subject: string;
  readonly body: string;
}

const SENTENCES: Readonly<Record<RunNotice['event'], string>> = { completed: 'has completed', blocked: 'is parked', failed: 'has failed' };

/** Subject and plain text of a notice. */
export function noticeText(notice: RunNotice): NoticeText {
  const where = notice.step === undefined ? '' : ` at ${notice.step}`;
  const subject = `[ares] ${notice.symbol} ${notice.preset}: ${notice.event}${where} (${notice.workflowId})`;
  const head = `The training run ${notice.workflowId} (run id ${notice.runId}, ${notice.symbol}, ${notice.preset}) ${SENTENCES[notice.event]}${where}.`;
  const cause = notice.error === undefined ? [] : [`${notice.error.type}: ${notice.error.message}`];
  return { subject: subject.replace(/\p{Cc}+/gu, ' '), body: `${[head, ...cause, ...goOn(notice)].join('\n\n')}\n` };
}

function goOn(notice: RunNotice): string[] {
  const { event, workflowId, resetEvent = null } = notice;
  const look = paragraph('To look at it:', [`ares status ${shellWord(workflowId)}`]);
  if (event === 'completed') return [...(notice.report === undefined ? [] : [`Report: ${notice.report}`]), look];
  const reset = resetCommands(workflowId, resetEvent);
  if (event === 'failed')
    return [
      paragraph('Once the cause is mended, either of:', [reset.ares, reset.temporal]),
      'Or start it again with the same spec: finished steps come from the cache.',
      look,
    ];
  const { ares, temporal } = parkedCommands({ workflowId, step: notice.step ?? '', attempt: notice.attempt ?? 1 });
  return [
    paragraph('Once the cause is mended, or to end it, one of:', [...ares, ...temporal]),
    paragraph('To run it again from there:', [reset.temporal]),
    look,
  ];
}

function paragraph(head: string, lines: readonly string[]): string {
  return [head, ...lines.map((line) => `  ${line}`)].join('\n');
}
