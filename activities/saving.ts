/** Step 16: the hand-over bundle, the report in four formats with equal values, and the registry entry. It never promotes. */
import { decisionTable } from '../core/chain/decision-table.js';
import type { StepFunction, StepInputs } from '../pipeline/step-context.js';
import type { SourceDescription } from '../core/data/source-description.js';
import type { Report } from '../pipeline/report.js';
import type { StepId } from '../pipeline/steps/index.js';
import type { SavingParameters } from '../pipeline/steps/saving.js';
import { bundleFiles } from './load-chain.js';
import { addExplanations } from './report-explanations.js';
import { makeFigureCollector } from './report-figures.js';
import { figuresCsv, figuresTable, reportJson } from './report-formats.js';
import { reportArtifacts } from './report-artifacts.js';
import { addModelSections } from './report-model-sections.js';
import { addDataSections, addTestSection, addValidationSections } from './report-sections.js';
import type { TestOutcome } from './report-sections.js';
import { openTestSegment } from './test-segment.js';
import { trackedResult } from './tracked-result.js';

/** What a version was made of: printed in the report and kept in the registry. */
export interface Lineage {
  readonly symbol: string;
  readonly market: string;
  readonly synthetic: boolean;
  readonly window: SavingParameters['chain']['window'];
  readonly segments: SavingParameters['chain']['segments'];
  readonly sourceFiles: readonly string[];
  /** sha256 of every artifact in the bundle, by `<step>/<artifact>`. */
  readonly artifacts: Readonly<Record<string, string>>;
}

/** Writes `bundle`, `test-decisions` (what a fresh process with the bundle must reproduce), `report.html`, `report.json`, `report.csv` and `report.parquet`, logs the run in the experiment tracker where the spec names one, and registers the bundle. */
export const saveResults: StepFunction<SavingParameters> = async (context) => {
  const { inputs, outputs, ports } = context;
  const files = await bundleFiles(inputs);
  const bundle = await ports.archive.pack(files);
  context.progress(0.3, `${Object.keys(files).length} files in the bundle`);

  const segment = await openTestSegment(context);
  segment.chain.dispose();
  const test: TestOutcome = { strategy: segment.result, ...segment.baselines };
  const source = await inputs.json<SourceDescription>('data-collection', 'source');
  const lineage = lineageOf(inputs, context.parameters, { source, files: Object.keys(files) });
  const report = await makeReport(inputs, context.parameters, { test, lineage });
  context.progress(0.6, `${report.figures.length} figures`);

  await outputs.bytes('bundle', 'bundle', 'ares.bundle', bundle);
  await outputs.table('test-decisions', 'ares.decisions', decisionTable(segment.decisions));
  const [html, json] = [encode(await ports.report.renderHtml(report)), encode(reportJson(report))];
  await outputs.bytes('report.html', 'report', 'ares.report-html', html);
  await outputs.bytes('report.json', 'report', 'ares.report', json);
  await outputs.bytes('report.csv', 'report', 'ares.figures-csv', encode(figuresCsv(report.figures)));
  await outputs.table('report.parquet', 'ares.figures', figuresTable(report.figures));
  const bundleSha256 = ports.sha256(bundle);
  const uri = bundleUri(inputs, bundleSha256);
  // Before the registration: a run that its tracker refuses leaves no version behind.
  if (context.parameters.tracking !== 'none')
    await ports.tracker.log(await trackedResult(inputs, context.parameters, { report, html, json, bundle: { sha256: bundleSha256, uri } }));
  await ports.registry.register({ symbol: context.parameters.chain.symbol, bundleSha256, bundleUri: uri, lineage });
  context.count({ rowsIn: report.figures.length, rowsOut: report.figures.length });
};

/** The report of a run. Reads every step's artifacts; the same artifacts give the same report. */
export async function makeReport(
  inputs: StepInputs,
  parameters: SavingParameters,
  of: { readonly test: TestOutcome; readonly lineage: Lineage },
): Promise<Report> {
  const collector = makeFigureCollector();
  const work = { inputs, parameters, collector };
  const test = await addTestSection(work, of.test);
  const { verdict, reason } = await addValidationSections(work);
  const source = await addDataSections(work);
  await addModelSections(work);
  await addExplanations(work);
  const { chain } = parameters;
  const days = (chain.segments.test.toMs - chain.segments.test.fromMs) / 86_400_000;
  const text = (value: number | null): string => (value === null ? 'not computable' : String(Number(value.toPrecision(4))));
  const openings = parameters.priorTestOpenings + 1;
  return {
    schema: 'ares.report',
    title: `${chain.symbol} ${chain.market}, ${chain.periodMs / 60_000}-minute bars: training report`,
    dataKind: source.dataKind,
    synthetic: source.synthetic,
    summary: [
      `Test segment (${text(days)} days, ${test.strategy.trades} trades): net return ${text(test.strategy.netReturn)} after costs; buy-and-hold ${text(test.buyAndHold.netReturn)}, flat 0.`,
      `Sharpe ratio ${text(test.strategy.sharpe)} (probability that it is above 0: ${text(test.strategy.probabilisticSharpe)}); largest drawdown ${text(test.strategy.maxDrawdown)}.`,
      `A/B test against the champion: ${verdict}${reason === '' ? '' : ` (${reason})`}.`,
      `${openings} ${openings === 1 ? 'model has' : 'models have'} been scored on this test segment, this one included.`,
    ],
    figures: collector.figures,
    charts: collector.charts,
    artifacts: reportArtifacts(inputs, collector),
    tables: [...collector.tables, ...collector.wordTables()],
    insufficient: [...new Set(collector.insufficient)],
    lineage: of.lineage,
  };
}

function lineageOf(inputs: StepInputs, { chain }: SavingParameters, of: { readonly source: SourceDescription; readonly files: readonly string[] }): Lineage {
  const artifacts = Object.fromEntries(
    [...of.files].sort().map((file) => {
      const slash = file.indexOf('/');
      return [file, inputs.ref(file.slice(0, slash) as StepId, file.slice(slash + 1)).sha256];
    }),
  );
  return {
    symbol: chain.symbol,
    market: chain.market,
    synthetic: of.source.synthetic,
    window: chain.window,
    segments: chain.segments,
    sourceFiles: [...of.source.files, ...of.source.fundingFiles],
    artifacts,
  };
}

/** Objects are content-addressed beside each other: the bundle's address follows from any input's. */
function bundleUri(inputs: StepInputs, sha256: string): string {
  return inputs.ref('final-parameters-optimization', 'parameters').uri.replace(/[^/]*$/, sha256);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
