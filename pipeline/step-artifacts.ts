/** What each step leaves behind, by name and schema: what a result supplied by an operator must look like (docs/steps.md). */
import type { ArtifactRef } from './artifacts.js';
import { daysOf } from './day-segments.js';
import { monthsOf } from './months.js';
import type { RunPlan } from './plan.js';
import { SCHEMAS } from './schemas.js';
import { SPECIALIST_REGIMES } from './specialists.js';
import type { StepDefinition } from './step-definition.js';
import type { StepId } from './steps/index.js';
import { stepById } from './steps/index.js';

/**
 * Schema by name. `<unit>` stands for each unit of the step, `<day>` for each UTC day of a run on trades, `<quoteDay>` of one that collects quotes,
 * `<month>` for each UTC month of the window, `<external>` and `<pair>` for those of the spec; `<regime>` and `<family>` for one of them. A trailing
 * `?` marks what need not be there.
 */
const TRAINED = {
  'record/<unit>': 'ares.specialist-record',
  'models/<regime>/<family>?': 'ares.model',
  'oof/<regime>/<family>?': 'ares.predictions',
  'later/<regime>/<family>?': 'ares.predictions',
  'explanation/<regime>/<family>?': 'ares.explanation',
  'attention/<regime>/<family>?': 'ares.attention',
  specialists: 'ares.specialists',
  scores: 'ares.scores',
} as const;

const STEP_ARTIFACTS: Readonly<Record<StepId, Readonly<Record<string, string>>>> = {
  'data-collection': {
    'trades/<day>': 'ares.trades',
    'quality/<day>': 'ares.quality',
    'summary/<day>': 'ares.trade-day',
    'quotes/<quoteDay>': 'ares.quotes',
    'quote-quality/<quoteDay>': 'ares.quality',
    'external/<external>': 'ares.external',
    'pairs/<pair>': 'ares.bars',
    'bars?': 'ares.bars',
    funding: 'ares.funding',
    quality: 'ares.quality',
    'quality-summary': 'ares.quality-summary',
    source: 'ares.source',
  },
  'market-regime-classification': {
    quality: 'ares.quality',
    'bars-fine/<month>': 'ares.bars',
    bars: 'ares.bars',
    regimes: 'ares.regimes',
    imputation: 'ares.imputation',
    'regime-model': 'ares.regime-model',
    'regime-summary': 'ares.regime-summary',
  },
  'regime-data-splitting': { 'dataset/POOLED': 'ares.dataset', 'dataset/<regime>?': 'ares.dataset', split: 'ares.split' },
  'analyst-labeling-feature-engineering': {
    labels: 'ares.labels',
    features: 'ares.features',
    pruning: 'ares.pruning',
    'pruning-folds?': 'ares.pruning-folds',
    'interactions?': 'ares.interactions',
    'label-choice': 'ares.label-choice',
    'feature-catalog': 'ares.feature-catalog',
    'feature-quality': 'ares.quality',
    distributions: 'ares.distributions',
    drift: 'ares.drift',
  },
  'analyst-specialist-training': TRAINED,
  'analyst-enhancement': {
    'record/<unit>': 'ares.enhancement-record',
    'record/<regime>/<family>?': 'ares.specialist-record',
    'models/<regime>/<family>?': 'ares.model',
    'oof/<regime>/<family>?': 'ares.predictions',
    'later/<regime>/<family>?': 'ares.predictions',
    'explanation/<regime>/<family>?': 'ares.explanation',
    'attention/<regime>/<family>?': 'ares.attention',
    'trials/<regime>?': 'ares.trials',
    enhancement: 'ares.enhancement',
    scores: 'ares.scores',
  },
  'analyst-ensemble-creation': { ensemble: 'ares.ensemble', signals: 'ares.signals', scores: 'ares.scores' },
  'tactician-labeling': { labels: 'ares.tactician-labels', features: 'ares.features', rules: 'ares.tactician-rules' },
  'tactician-specialist-training': TRAINED,
  'tactician-ensemble-creation': { ensemble: 'ares.ensemble', predictions: 'ares.signals', scores: 'ares.scores' },
  'confidence-calibration': {
    calibrators: 'ares.calibrators',
    calibrated: 'ares.calibrated',
    reliability: 'ares.reliability',
    uncertainty: 'ares.uncertainty',
    'detector/analyst': 'ares.detector',
    'detector/tactician': 'ares.detector',
    scores: 'ares.scores',
  },
  'final-parameters-optimization': {
    parameters: 'ares.strategy-parameters',
    trials: 'ares.trials',
    pareto: 'ares.pareto',
    trades: 'ares.backtest-trades',
    equity: 'ares.equity',
    summary: 'ares.final-parameters',
  },
  'walk-forward-validation': {
    'window/<unit>': 'ares.window-result',
    'equity/<unit>': 'ares.equity',
    'regime-model/<unit>?': 'ares.regime-model',
    windows: 'ares.walk-forward',
    equity: 'ares.equity',
    summary: 'ares.walk-forward-summary',
  },
  'monte-carlo-validation': { paths: 'ares.paths', risk: 'ares.risk', scenarios: 'ares.scenarios', trades: 'ares.backtest-trades', equity: 'ares.equity' },
  'ab-testing': {
    verdict: 'ares.ab-verdict',
    'champion-equity': 'ares.equity',
    'challenger-equity': 'ares.equity',
    decisions: 'ares.decision-records',
    'decision-members': 'ares.decision-members',
    'decision-features': 'ares.decision-features',
    'online-weights': 'ares.online-weights',
    'decision-summary': 'ares.decision-summary',
  },
  saving: {
    bundle: 'ares.bundle',
    'test-decisions': 'ares.decisions',
    'report.html': 'ares.report-html',
    'report.json': 'ares.report',
    'report.csv': 'ares.figures-csv',
    'report.parquet': 'ares.figures',
  },
};

/** What is wrong with the artifacts as this plan's result of the step, one sentence each; empty = they fit. */
export function artifactProblems(step: StepId, plan: RunPlan, artifacts: readonly ArtifactRef[]): readonly string[] {
  const rules = rulesOf(step, plan);
  const names = new Set(artifacts.map((artifact) => artifact.name));
  const missing = rules.flatMap((rule) => rule.required.filter((name) => !names.has(name)).map((name) => `artifact ${name} (${rule.schema}) is missing`));
  return [...missing, ...artifacts.flatMap((artifact) => artifactProblem(artifact, rules))];
}

interface Rule {
  readonly pattern: RegExp;
  readonly schema: string;
  readonly required: readonly string[];
}

function rulesOf(step: StepId, plan: RunPlan): Rule[] {
  const definition: StepDefinition = stepById(step);
  const values: Readonly<Record<string, readonly string[]>> = {
    unit: definition.units?.(plan) ?? [],
    day: plan.source.series === 'trades' ? daysOf(plan.window) : [],
    month: monthsOf(plan.window),
    quoteDay: plan.source.quotes === null ? [] : daysOf(plan.window),
    regime: SPECIALIST_REGIMES,
    external: plan.spec.external,
    pair: plan.spec.pairs,
  };
  return Object.entries(STEP_ARTIFACTS[step]).map(([template, schema]) => {
    const isOptional = template.endsWith('?');
    const name = isOptional ? template.slice(0, -1) : template;
    const holder = /<(\w+)>/.exec(name)?.[1];
    const required = holder === undefined ? [name] : (values[holder] ?? []).map((value) => name.replace(`<${holder}>`, value));
    return { pattern: patternOf(name, values), schema, required: isOptional ? [] : required };
  });
}

function patternOf(name: string, values: Readonly<Record<string, readonly string[]>>): RegExp {
  const source = name.replaceAll('.', '\\.').replace(/<(\w+)>/g, (_, holder: string) => {
    const known = values[holder];
    return known === undefined ? '[a-z-]+' : `(?:${known.join('|')})`;
  });
  return new RegExp(`^${source}$`);
}

function artifactProblem({ name, schema, kind }: ArtifactRef, rules: readonly Rule[]): string[] {
  const rule = rules.find(({ pattern }) => pattern.test(name));
  if (rule === undefined) return [`artifact ${name} is none that the step writes in this plan`];
  if (rule.schema !== schema) return [`artifact ${name} has schema ${schema}, expected ${rule.schema}`];
  const isTable = schema in SCHEMAS;
  return isTable === (kind === 'table' || kind === 'log') ? [] : [`artifact ${name} of schema ${schema} has kind ${kind}`];
}
