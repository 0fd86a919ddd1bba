/** What every section of the report is made with: reading an artifact's figures under its own name. */
import type { StepInputs } from '../pipeline/step-context.js';
import type { StepId } from '../pipeline/steps/index.js';
import type { SavingParameters } from '../pipeline/steps/saving.js';
import type { FigureCollector, FigureOrigin } from './report-figures.js';
import { sourceOf } from './report-figures.js';

/** What the sections are read from and written to. */
export interface ReportWork {
  readonly inputs: StepInputs;
  readonly parameters: SavingParameters;
  readonly collector: FigureCollector;
}

/** Section and source of an artifact. */
export function originOf(work: ReportWork, section: string, at: { readonly step: StepId; readonly name: string }): FigureOrigin {
  return { section, source: sourceOf(at.step, work.inputs.ref(at.step, at.name)) };
}

/** Every number and text of a JSON artifact, under `prefix`; returns the artifact. */
export async function addJson(
  work: ReportWork,
  section: string,
  at: { readonly step: StepId; readonly name: string; readonly prefix?: string },
): Promise<unknown> {
  const value = await work.inputs.json<unknown>(at.step, at.name);
  work.collector.addJson(originOf(work, section, at), at.prefix ?? '', value);
  return value;
}

/** Every row of a step's `scores`. */
export async function addScores(work: ReportWork, section: string, at: { readonly step: StepId; readonly prefix: string }): Promise<void> {
  const table = await work.inputs.table(at.step, 'scores', 'ares.scores');
  work.collector.addScores(originOf(work, section, { step: at.step, name: 'scores' }), at.prefix, table);
}

/** A number with four significant digits, a dash where there is none. */
export function shown(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(4)));
}
