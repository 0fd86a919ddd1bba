/** Live progress of a run as lines: one when a step changes, and how fast and how long for the steps at work. */
import type { StepStatus } from '../pipeline/run-status.js';
import type { ActivityProgress, RunSnapshot } from './run-events.js';
import { countText } from './run-summary.js';
import { durationText } from './text-table.js';

/** Least time between two progress lines where a line cannot be rewritten. */
const QUIET_MS = 10_000;

export interface ProgressPrinter {
  /** Prints what changed since the last snapshot. */
  show(snapshot: RunSnapshot): void;
  /** Clears the rewritten line. */
  end(): void;
}

/** A printer of progress to `write`; with `isTerminal` the last line is rewritten in place. */
export function makeProgressPrinter(write: (text: string) => void, isTerminal: boolean): ProgressPrinter {
  const shown = new Map<string, string>();
  const rates = new Map<string, RateTracker>();
  let liveLine = '';
  let lastLiveMs = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (isTerminal && liveLine !== '') write('\r\x1b[2K');
    liveLine = '';
  };
  const line = (text: string): void => {
    clear();
    write(`${text}\n`);
  };
  return {
    show: (snapshot) => {
      const steps = snapshot.status?.steps ?? [];
      const planError = planText(snapshot);
      if (planError !== null && shown.get('plan') !== planError) {
        shown.set('plan', planError);
        line(planError);
      }
      steps.forEach((step, index) => {
        const text = changeText(step, snapshot);
        if (text === null || shown.get(step.id) === text) return;
        shown.set(step.id, text);
        line(`[${String(index + 1).padStart(2)}/${steps.length}] ${text}`);
      });
      const live = liveText(snapshot, rates);
      if (live === '' || live === liveLine) return;
      if (isTerminal) {
        clear();
        write(live);
        liveLine = live;
      } else if (snapshot.atMs - lastLiveMs >= QUIET_MS && lastLiveMs > 0) {
        write(`  ${live}\n`);
        lastLiveMs = snapshot.atMs;
      } else if (lastLiveMs < 0) {
        lastLiveMs = snapshot.atMs;
      }
    },
    end: clear,
  };
}

/** What went wrong with the plan, or null. */
function planText({ status }: RunSnapshot): string | null {
  return status === null || status.planning.error === null
    ? null
    : `plan: ${status.planning.state} (${status.planning.error.type}): ${status.planning.error.message}`;
}

/** What a step's line says; null while it waits, or runs (the live line shows that). */
function changeText(step: StepStatus, snapshot: RunSnapshot): string | null {
  const { result, error } = step;
  if (step.state === 'done' && result !== null) {
    const rows = `${countText(result.rowsIn)} rows in, ${countText(result.rowsOut)} out`;
    const how = step.supplied ? 'supplied by an operator' : result.cached ? 'cached' : `done in ${durationText(result.seconds)}`;
    return `${step.id}: ${how}, ${rows}`;
  }
  if (error !== null) return `${step.id}: ${step.state} (${error.type}): ${error.message}`;
  if (step.state === 'skipped') return `${step.id}: not started, an earlier step failed`;
  const failing = snapshot.activities.find((activity) => activity.step === step.id && activity.lastFailure !== null);
  return step.state === 'running' && failing !== undefined ? `${step.id}: attempt ${failing.attempt - 1} failed, retrying: ${failing.lastFailure}` : null;
}

/** All steps at work in one line. */
function liveText(snapshot: RunSnapshot, rates: Map<string, RateTracker>): string {
  if (snapshot.unanswered !== null) return `waiting: ${snapshot.unanswered}`;
  const done = snapshot.status?.steps.filter((step) => step.state === 'done').length ?? 0;
  const running = snapshot.activities.map((activity) => activityText(activity, rates, snapshot.atMs));
  const state = snapshot.status?.state === 'Paused' ? 'paused, ' : '';
  return running.length === 0 ? '' : `${state}${done} of ${snapshot.status?.steps.length ?? 0} done; ${running.join('; ')}`;
}

function activityText(activity: ActivityProgress, rates: Map<string, RateTracker>, atMs: number): string {
  const name = activity.unit === null ? activity.step : `${activity.step} ${activity.unit}`;
  if (activity.fraction === null) return `${name} started`;
  const tracker = rates.get(`${name}#${activity.attempt}`) ?? makeRateTracker();
  rates.set(`${name}#${activity.attempt}`, tracker);
  const { percentPerMinute, secondsLeft } = tracker.add(activity.fraction, atMs);
  const rate = percentPerMinute === null ? '' : `, ${percentPerMinute.toPrecision(2)} %/min`;
  const left = secondsLeft === null ? '' : `, ${durationText(secondsLeft)} left`;
  const message = activity.message === '' ? '' : ` (${activity.message})`;
  return `${name} ${Math.floor(activity.fraction * 100)} %${rate}${left}${message}`;
}

export interface RateTracker {
  /** Rate and time left by the progress since the first sample; null until it has moved. */
  add(fraction: number, atMs: number): { readonly percentPerMinute: number | null; readonly secondsLeft: number | null };
}

/** A tracker of one activity attempt. A fraction that falls starts it anew. */
export function makeRateTracker(): RateTracker {
  let first: { fraction: number; atMs: number } | null = null;
  let last = 0;
  return {
    add: (fraction, atMs) => {
      if (first === null || fraction < last) first = { fraction, atMs };
      last = fraction;
      const moved = fraction - first.fraction;
      const seconds = (atMs - first.atMs) / 1000;
      if (moved <= 0 || seconds <= 0) return { percentPerMinute: null, secondsLeft: null };
      const perSecond = moved / seconds;
      return { percentPerMinute: perSecond * 6000, secondsLeft: (1 - fraction) / perSecond };
    },
  };
}
