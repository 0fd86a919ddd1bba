/** The artifacts that a report was read from, each with what leads to it. Pure. */
import type { Figure, ReportArtifact, ReportChart } from '../pipeline/report.js';
import type { StepInputs } from '../pipeline/step-context.js';
import type { StepId } from '../pipeline/steps/index.js';
import { STEPS, stepById } from '../pipeline/steps/index.js';

/** Step, artifact and sha256 of a figure's source; null where it names no artifact (a value of the plan). */
export function parseSource(source: string): { readonly step: StepId; readonly name: string; readonly sha256: string } | null {
  const match = /^([^/]+)\/(.+)@([0-9a-f]{64})$/.exec(source);
  if (match === null) return null;
  const [, step = '', name = '', sha256 = ''] = match;
  return { step: stepById(step).id, name, sha256 };
}

/** Every artifact that a figure or chart names, once, in the order of the steps. */
export function reportArtifacts(
  inputs: Pick<StepInputs, 'ref'>,
  of: { readonly figures: readonly Figure[]; readonly charts: readonly ReportChart[] },
): readonly ReportArtifact[] {
  const sources = new Set([...of.figures.map((figure) => figure.source), ...of.charts.flatMap((chart) => chart.sources)]);
  const order = STEPS.map((step) => step.id as string);
  return [...sources]
    .flatMap((source) => {
      const parsed = parseSource(source);
      if (parsed === null) return [];
      const { step, name } = parsed;
      const { kind, schema, sha256, bytes, rows } = inputs.ref(step, name);
      return { source, step, name, kind, schema, sha256, bytes, rows: rows ?? null, object: `objects/${sha256}`, command: `ares lineage ${source}` };
    })
    .sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step) || (a.name < b.name ? -1 : 1));
}
