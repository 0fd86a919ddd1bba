/** Counts and logs what the step runner does; results pass through untouched. */
import { log } from '@temporalio/activity';
import type { StepCall, StepRunner } from '../activities/step-runner.js';
import type { Metrics } from '../adapters/telemetry/index.js';
import type { StepResult } from '../pipeline/artifacts.js';

/** The same runner, observed. Every line carries the ids of the activity that it runs in. */
export function observeRunner(runner: StepRunner, metrics: Metrics): StepRunner {
  return { ...runner, run: async (call) => observed(call, runner, metrics) };
}

async function observed(call: StepCall, runner: StepRunner, metrics: Metrics): Promise<StepResult> {
  const { step } = call.request;
  metrics.stepsStarted.inc({ step });
  log.info('step started');
  try {
    const result = await runner.run(call);
    note(result, metrics);
    return result;
  } catch (error) {
    // Told to stop is no failure; the activity interceptor counts it, with its reason.
    if (!call.signal.aborted) metrics.stepsFailed.inc({ step, error: error instanceof Error ? error.name : 'Error' });
    log.warn(call.signal.aborted ? 'step told to stop' : 'step failed', { error });
    throw error;
  }
}

function note(result: StepResult, metrics: Metrics): void {
  const { step, seconds, reason, rowsIn, rowsOut, unitsComputed, unitsCached } = result;
  const cached = String(result.cached);
  metrics.stepsFinished.inc({ step, cached });
  metrics.stepSeconds.observe({ step, cached }, seconds);
  metrics.units.inc({ step, cached: 'true' }, unitsCached);
  metrics.units.inc({ step, cached: 'false' }, unitsComputed);
  metrics.lastStepSuccess.setToCurrentTime();
  if (!result.cached) {
    metrics.rows.inc({ step, direction: 'in' }, rowsIn);
    metrics.rows.inc({ step, direction: 'out' }, rowsOut);
  }
  log.info('step done', { cached: result.cached, reason, seconds, rowsIn, rowsOut, unitsComputed, unitsCached });
}
