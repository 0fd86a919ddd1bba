/** How the models came about: specialists, enhancement, ensembles, calibration, final parameters. */
import { textColumn } from '../core/data/table.js';
import type { Ensemble } from '../core/ensembles/ensemble.js';
import type { StepId } from '../pipeline/steps/index.js';
import { reliabilityChart } from './report-charts.js';
import type { ReportWork } from './report-work.js';
import { addJson, addScores, originOf, shown } from './report-work.js';
import type { EnhancementRecord } from './specialist-record.js';

/** Specialists, enhancement, ensembles, calibration, final parameters. */
export async function addModelSections(work: ReportWork): Promise<void> {
  const { inputs, collector } = work;
  for (const [step, prefix] of [
    ['analyst-specialist-training', 'analyst '],
    ['tactician-specialist-training', 'tactician '],
  ] as const) {
    await addScores(work, 'Specialists, out of fold', { step, prefix });
    await addPooled(work, step);
  }
  await addEnhancement(work);
  for (const step of ['analyst-ensemble-creation', 'tactician-ensemble-creation'] as const) {
    const prefix = step.slice(0, step.indexOf('-'));
    await addScores(work, 'Ensembles', { step, prefix: '' });
    await addEnsemble(work, step, prefix);
  }
  await addScores(work, 'Calibration', { step: 'confidence-calibration', prefix: '' });
  await addJson(work, 'Calibration', { step: 'confidence-calibration', name: 'calibrators' });
  const reliability = await inputs.table('confidence-calibration', 'reliability', 'ares.reliability');
  const { source } = originOf(work, 'Calibration', { step: 'confidence-calibration', name: 'reliability' });
  collector.addCharts([source], ...[...new Set(textColumn(reliability, 'model'))].map((model) => reliabilityChart('Calibration', reliability, model)));
  await addJson(work, 'Final parameters', { step: 'final-parameters-optimization', name: 'parameters', prefix: 'chosen' });
  await addJson(work, 'Final parameters', { step: 'final-parameters-optimization', name: 'summary', prefix: 'on selection' });
}

/** Weight of each member in each regime's stack, and which stacks had too little data for weights of their own. */
async function addEnsemble(work: ReportWork, step: StepId, role: string): Promise<void> {
  const { stacks } = await work.inputs.json<Ensemble>(step, 'ensemble');
  const origin = originOf(work, 'Ensembles', { step, name: 'ensemble' });
  for (const stack of stacks) {
    const name = `${role} stack of ${stack.regime}`;
    work.collector.add(origin, `${name}: effective sample`, { value: stack.effectiveSample, unit: 'effective rows' });
    work.collector.add(origin, `${name}: intercept`, { value: stack.intercept, unit: 'log-odds' });
    stack.members.forEach((member, i) =>
      work.collector.add(origin, `${name}: weight of ${member.regime}/${member.family}`, { value: stack.weights[i] ?? null, unit: 'on log-odds' }),
    );
    if (stack.status !== 'stacked') work.collector.insufficient.push(`Ensembles, ${name}: ${stack.status} (${stack.reason})`);
  }
  const rows = stacks.map((stack) => [
    stack.regime,
    stack.status,
    stack.members.map((member, i) => `${member.regime}/${member.family} ${shown(stack.weights[i] ?? null)}`).join(', '),
    stack.reason,
  ]);
  work.collector.tables.push({
    section: 'Ensembles',
    title: `Stacks of the ${role}: members with their weights`,
    header: ['regime', 'status', 'members', 'why'],
    rows,
  });
}

/** A regime without a model of its own is "too little data to tell", with the pooled model as the fallback. */
async function addPooled({ inputs, collector }: ReportWork, step: StepId): Promise<void> {
  for (const name of inputs.names(step, 'record/')) {
    const record = await inputs.json<{ readonly status: string; readonly reason: string | null }>(step, name);
    if (record.status === 'pooled') collector.insufficient.push(`${step}, ${name.slice('record/'.length)}: pooled (${record.reason ?? 'no reason given'})`);
  }
}

/** Each candidate beside the original's out-of-fold log loss, kept or not. */
async function addEnhancement(work: ReportWork): Promise<void> {
  const section = 'Enhancement';
  const { regimes } = await work.inputs.json<{ readonly regimes: readonly EnhancementRecord[] }>('analyst-enhancement', 'enhancement');
  await addScores(work, section, { step: 'analyst-enhancement', prefix: '' });
  const rows = regimes.flatMap(({ regime, status, reason, original, candidates }) => {
    if (original === null) return [[regime, '', '', '', `${status}: ${reason ?? ''}`]];
    return candidates.map((candidate) => [
      regime,
      `${original.family} ${shown(original.scores.logLoss)}`,
      `${candidate.family} ${shown(candidate.scores.logLoss)}`,
      candidate.kept ? 'kept' : 'not kept',
      candidate.reason,
    ]);
  });
  work.collector.tables.push({
    section,
    title: 'Each candidate beside the original: out-of-fold log loss on the regime\u2019s own rows',
    header: ['regime', 'original', 'candidate', '', 'why'],
    rows,
  });
}
