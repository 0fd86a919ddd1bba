/** The event to reset an ended run to, read from its history alone: no worker and no query is needed. */
import type { WorkflowHandle } from '@temporalio/client';
import { STEPS } from '../pipeline/steps/index.js';

/** An event as the server's history has it. */
export type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

export type ResetPoint = { readonly event: number; readonly steps: readonly string[] } | { readonly problem: string };

interface Scheduling {
  readonly stage: string;
  readonly attempt: number;
  /** The WorkflowTaskCompleted event that scheduled it. */
  readonly event: number;
  /** Event of its result; null while it has none. */
  doneEvent: number | null;
}

interface ResetWish {
  readonly step?: string;
  readonly fromStart?: boolean;
}

/**
 * The completed workflow task that scheduled the wanted step's last attempt: by default of the first step that was begun
 * and not finished; from the start, the first one of the run. Always one before a cancel request, which a reset would keep.
 */
export function resetPoint(events: readonly HistoryEvent[], options: ResetWish): ResetPoint {
  const point = wantedPoint(events, options);
  const cancel = events.find((event) => event.workflowExecutionCancelRequestedEventAttributes);
  if ('problem' in point || cancel === undefined || point.event < Number(cancel.eventId)) return point;
  const earlier = events.findLast((event) => event.workflowTaskCompletedEventAttributes && Number(event.eventId) < Number(cancel.eventId));
  if (earlier === undefined) return { problem: 'it was canceled before it began; start it again with the same spec' };
  return { event: Number(earlier.eventId), steps: point.steps };
}

function wantedPoint(events: readonly HistoryEvent[], options: ResetWish): ResetPoint {
  const first = events.find((event) => event.workflowTaskCompletedEventAttributes);
  if (first === undefined) return { problem: 'no worker has ever taken it up; start it again' };
  if (options.fromStart === true) return { event: Number(first.eventId), steps: [] };
  const last = lastAttempts(events);
  if (options.step !== undefined) {
    const wanted = last.get(options.step);
    if (wanted === undefined) return { problem: `step ${options.step} was never begun; begun: ${[...last.keys()].join(', ') || 'none'}` };
    return { event: wanted.event, steps: [options.step] };
  }
  const open = [...last.values()].filter((scheduling) => scheduling.doneEvent === null);
  if (open.length > 0) return { event: Math.min(...open.map(({ event }) => event)), steps: open.map(({ stage }) => stage) };
  if (last.size === 0) return { problem: 'it ended before its plan was made: its spec is refused; start a run with another one' };
  return { event: taskAfter(Math.max(...[...last.values()].map(({ doneEvent }) => doneEvent ?? 0)), events), steps: [] };
}

/** A run that was stopped between two steps goes on at the workflow task that took the last step's result. */
function taskAfter(result: number, events: readonly HistoryEvent[]): number {
  const tasks = events.filter((event) => event.workflowTaskCompletedEventAttributes).map((event) => Number(event.eventId));
  return tasks.find((task) => task > result) ?? (tasks.at(-1) as number);
}

function lastAttempts(events: readonly HistoryEvent[]): Map<string, Scheduling> {
  const scheduled = new Map<number, Scheduling>();
  const last = new Map<string, Scheduling>();
  for (const event of events) {
    const begun = event.activityTaskScheduledEventAttributes;
    if (begun) {
      const { stage, attempt, unit } = stageOf(begun);
      if (stage === null) continue;
      const scheduling: Scheduling = { stage, attempt, event: Number(begun.workflowTaskCompletedEventId), doneEvent: null };
      const known = last.get(stage);
      // The step's units come first under the same attempt: their event is the attempt's.
      if (known?.attempt !== attempt || stage === 'plan') last.set(stage, scheduling);
      if (!unit) scheduled.set(Number(event.eventId), last.get(stage) ?? scheduling);
    }
    const done = event.activityTaskCompletedEventAttributes;
    const finished = done ? scheduled.get(Number(done.scheduledEventId)) : undefined;
    if (finished !== undefined) finished.doneEvent = Number(event.eventId);
  }
  return last;
}

/** Activity ids are `<step>#<attempt>[/<unit>]`; the plan's is the server's own. */
function stageOf(begun: NonNullable<HistoryEvent['activityTaskScheduledEventAttributes']>): { stage: string | null; attempt: number; unit: boolean } {
  if (begun.activityType?.name === 'resolvePlan') return { stage: 'plan', attempt: 1, unit: false };
  const [id = '', tail = ''] = (begun.activityId ?? '').split('#', 2);
  const isStep = STEPS.some((step) => step.id === id);
  return { stage: isStep ? id : null, attempt: Number.parseInt(tail, 10), unit: tail.includes('/') };
}
