/** The report's section on what the models looked at: importances, promised and measured coverage, rows unlike train, the online mixture. */
import { float64Column, textColumn } from '../core/data/table.js';
import type { Coverage } from '../core/conformal/coverage.js';
import type { StepId } from '../pipeline/steps/index.js';
import type { Uncertainty } from './calibration-uncertainty.js';
import type { DecisionSummary } from './decision-records.js';
import type { Role } from './ensemble-outputs.js';
import type { ReportWork } from './report-work.js';
import { originOf, shown } from './report-work.js';

const SECTION = 'What the models looked at';
/** Features of each pooled model that the report names. */
const TOP = 8;
const ROLES: readonly Role[] = ['analyst', 'tactician'];
const UNCERTAINTY = { step: 'confidence-calibration', name: 'uncertainty' } as const;
const DECISIONS = { step: 'ab-testing', name: 'decision-summary' } as const;

/** Importances of the pooled models, coverage of the label sets, shares of dissimilar rows, and the online mixture. */
export async function addExplanations(work: ReportWork): Promise<void> {
  for (const step of ['analyst-specialist-training', 'tactician-specialist-training'] as const) await addImportances(work, step);
  const uncertainty = await work.inputs.json<Uncertainty>(UNCERTAINTY.step, UNCERTAINTY.name);
  const summary = await work.inputs.json<DecisionSummary>(DECISIONS.step, DECISIONS.name);
  addCoverage(work, uncertainty, summary);
  addNovelty(work, uncertainty, summary);
  addMixture(work, summary);
}

async function addImportances(work: ReportWork, step: StepId): Promise<void> {
  const role = step.slice(0, step.indexOf('-'));
  const rows: string[][] = [];
  for (const name of work.inputs.names(step, 'explanation/POOLED/')) {
    const table = await work.inputs.table(step, name, 'ares.explanation');
    const origin = originOf(work, SECTION, { step, name });
    const family = name.slice('explanation/POOLED/'.length);
    const column = (of: string): Float64Array => float64Column(table, of);
    const [contribution, direction, permutation] = [column('contribution'), column('direction'), column('permutation')];
    textColumn(table, 'feature')
      .slice(0, TOP)
      .forEach((feature, i) => {
        work.collector.add(origin, `${role} ${family}, ${feature}: mean absolute contribution`, { value: contribution[i] as number, unit: 'log-odds' });
        const numbers = [contribution, direction, permutation].map((values) => shown(Number.isFinite(values[i]) ? (values[i] as number) : null));
        rows.push([family, feature, ...numbers]);
      });
  }
  work.collector.tables.push({
    section: SECTION,
    title: `Pooled models of the ${role}: strongest features (contribution on log-odds; direction +1 = pushes up where it is high; rise of the log loss when shuffled)`,
    header: ['model', 'feature', 'mean contribution', 'direction', 'rise when shuffled'],
    rows,
  });
}

function addCoverage(work: ReportWork, uncertainty: Uncertainty, summary: DecisionSummary): void {
  const rows: string[][] = [];
  const add = (at: typeof UNCERTAINTY | typeof DECISIONS, label: string, coverage: Coverage): void => {
    const origin = originOf(work, SECTION, at);
    const { nominal, rows: count, effectiveSample, covered, low, high, both, none } = coverage;
    work.collector.add(origin, `${label}: label sets that held the label (${count} rows, promised ${nominal})`, { value: covered, unit: 'fraction' });
    work.collector.add(origin, `${label}: lower end of its 95 % interval`, { value: low, unit: 'fraction' });
    work.collector.add(origin, `${label}: upper end of its 95 % interval`, { value: high, unit: 'fraction' });
    rows.push([label, shown(nominal), shown(covered), `${shown(low)} to ${shown(high)}`, String(count), shown(effectiveSample), shown(both), shown(none)]);
  };
  for (const role of ROLES) {
    add(UNCERTAINTY, `${role}, selection`, uncertainty[role].coverage);
    add(UNCERTAINTY, `${role}, selection, adaptive`, uncertainty[role].adaptive);
    add(DECISIONS, `${role}, test`, summary[role].coverage);
    add(DECISIONS, `${role}, test, adaptive`, summary[role].adaptiveCoverage);
  }
  work.collector.tables.push({
    section: SECTION,
    title: 'Label sets calibrated on the calibration segment: coverage promised and measured',
    header: ['where', 'promised', 'measured', '95 % interval', 'rows', 'effective rows', 'sets of both labels', 'empty sets'],
    rows,
  });
}

function addNovelty(work: ReportWork, uncertainty: Uncertainty, summary: DecisionSummary): void {
  for (const role of ROLES) {
    for (const { segment, dissimilar, anomalous } of uncertainty[role].novelty.segments) {
      const origin = originOf(work, SECTION, UNCERTAINTY);
      work.collector.add(origin, `${role}, ${segment}: share of rows unlike train (dissimilarity index)`, { value: dissimilar, unit: 'fraction' });
      work.collector.add(origin, `${role}, ${segment}: share of rows above train's 99th percentile of anomaly`, { value: anomalous, unit: 'fraction' });
    }
    const origin = originOf(work, SECTION, DECISIONS);
    work.collector.add(origin, `${role}, test: share of decisions unlike train (dissimilarity index)`, {
      value: summary[role].dissimilarShare,
      unit: 'fraction',
    });
    work.collector.add(origin, `${role}, test: share of decisions above train's 99th percentile of anomaly`, {
      value: summary[role].anomalousShare,
      unit: 'fraction',
    });
  }
}

function addMixture(work: ReportWork, summary: DecisionSummary): void {
  const origin = originOf(work, SECTION, DECISIONS);
  const rows = ROLES.map((role) => {
    const { online } = summary[role];
    const figures = { 'online mixture': online.brierOnline, 'ensemble, uncalibrated': online.brierEnsemble, 'equal weights': online.brierEqualWeights };
    for (const [name, value] of Object.entries(figures)) work.collector.add(origin, `${role}, test: Brier score of the ${name}`, { value, unit: '' });
    work.collector.add(origin, `${role}, test: regret of the online mixture`, { value: online.regret, unit: 'Brier, summed' });
    work.collector.add(origin, `${role}, test: bound of that regret`, { value: online.regretBound, unit: 'Brier, summed' });
    const numbers = [...Object.values(figures), online.brierBestMember].map(shown);
    return [role, String(online.rows), ...numbers, online.bestMember ?? '', shown(online.regret), shown(online.regretBound)];
  });
  work.collector.tables.push({
    section: SECTION,
    title: 'Online mixture of the members on the test, weights from outcomes known so far: Brier scores beside the ensemble',
    header: ['of', 'rows', 'online', 'ensemble', 'equal weights', 'best member', 'which', 'regret', 'bound'],
    rows,
  });
}
