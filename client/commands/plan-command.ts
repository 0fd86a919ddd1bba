/** `ares plan`: the dry run. Says which steps would come from the cache, which not, and why. */
import type { Command } from 'commander';
import type { PlanForecast } from '../../pipeline/run-status.js';
import type { CommandWorld } from '../command-world.js';
import { printJson } from '../command-world.js';
import type { ExitCode } from '../exit-codes.js';
import { CommandFailure, EXIT_CODES } from '../exit-codes.js';
import { addSpecFlags, specOf } from '../spec-options.js';
import { textTable } from '../text-table.js';
import { withClient } from '../with-client.js';

/** Adds the command; `done` takes its exit code. */
export function addPlanCommand(program: Command, world: CommandWorld, done: (code: ExitCode) => void): void {
  const command = program
    .command('plan')
    .description('dry run: the plan, and which steps are cached, which not and why')
    .option('--json', 'print the plan and forecast as one JSON object');
  addSpecFlags(command).action(async (options: { readonly json?: boolean }) => {
    const { input } = specOf(command);
    const forecast = await withClient(world, async ({ ares }) =>
      ares.plan(input).catch((error: unknown) => {
        throw planFailure(error);
      }),
    );
    if (options.json === true) printJson(world, forecast);
    else world.out(forecastText(forecast));
    done(EXIT_CODES.done);
  });
}

/** A workflow failure carries the named cause below it. */
function planFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'WorkflowFailedError') return error;
  let cause: Error = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  const type = (cause as { type?: string }).type;
  return new CommandFailure(EXIT_CODES.failed, `the spec cannot be planned: ${type === undefined ? '' : `${type}: `}${cause.message}`, { cause: error });
}

/** The forecast for people: window, segments, source and a table of steps. */
export function forecastText({ plan, steps }: PlanForecast): string {
  const day = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 16)}Z`;
  const segments = Object.entries(plan.segments)
    .map(([name, span]) => `  ${name.padEnd(12)}${day(span.fromMs)} to ${day(span.toMs)}\n`)
    .join('');
  const { settings } = plan;
  const head =
    `${plan.spec.symbol} ${plan.spec.market}, preset ${plan.spec.preset}, ${plan.source.kind} (${plan.source.series}, ${plan.source.files.length} files), timeframe ${settings.timeframe}, device ${settings.device}\n` +
    `window      ${day(plan.window.fromMs)} to ${day(plan.window.toMs)}, embargo ${plan.embargoMs / 60_000} min\n${segments}` +
    `champion    ${plan.champion?.version ?? 'none: the pooled single model'}\nother models scored on this test segment before: ${plan.priorTestOpenings}\n\n`;
  const rows = steps.map((step, index) => [String(index + 1), step.id, step.cached ? 'cached' : 'compute', step.reason]);
  return `${head}${textTable(['', 'step', 'forecast', 'why'], rows, [0])}\n${steps.filter((step) => step.cached).length} of ${steps.length} steps cached\n`;
}
