/** Step 15's record of every decision of the test: what each model and member said, how certain that was, and what followed from it. */
import { planEntries } from '../core/backtest/plan-entries.js';
import { decisionTable } from '../core/chain/decision-table.js';
import { analystOutcomes, tacticianOutcomes } from '../core/chain/decision-outcomes.js';
import { barsKnownBy } from '../core/data/bars.js';
import { matchRows } from '../core/data/match-rows.js';
import { resampleBars } from '../core/data/resample-bars.js';
import type { Table } from '../core/data/table.js';
import { makeTable } from '../core/data/table.js';
import { InvalidData } from '../core/errors.js';
import { loadNoveltyDetector } from '../core/models/novelty-detector.js';
import { likeliestRegimes } from '../core/regimes/regime-model.js';
import { REGIMES } from '../core/regimes/regime-names.js';
import type { StepContext } from '../pipeline/step-context.js';
import type { Uncertainty } from './calibration-uncertainty.js';
import type { RoleCertainty, RoleSummary, RoleTrace } from './decision-certainty.js';
import { traceCertainty } from './decision-certainty.js';
import type { Role } from './ensemble-outputs.js';
import { readEnsembleOutputs } from './ensemble-outputs.js';
import { rawPredictions } from './label-conformal.js';
import type { TestSegment } from './test-segment.js';

/** Contributions that are written out by name; the others are summed. */
const TOP_FEATURES = 5;
/** Name of that sum. */
const OTHERS = '(all others)';
/** The first decisions of the test, whose contributions are written out: bounds the table. */
const EXPLAINED_DECISIONS = 4000;

/** The `decision-summary` artifact. */
export interface DecisionSummary {
  readonly schema: 'ares.decision-summary';
  readonly decisions: number;
  /** Decisions with their contributions in `decision-features`. */
  readonly explained: number;
  readonly actions: { readonly long: number; readonly short: number; readonly none: number };
  readonly analyst: RoleSummary;
  readonly tactician: RoleSummary;
}

/**
 * Writes `decisions`, `decision-members`, `decision-features`, `online-weights` and `decision-summary`. Call before the chain is disposed of
 * or applied again.
 * @throws NumericalError when a member's contributions do not add up to what it said
 */
export async function recordDecisions(context: StepContext, segment: TestSegment): Promise<void> {
  const { decisions } = segment;
  const regime = likeliestRegimes(decisions.regimes);
  const certainty = {
    analyst: traceCertainty(await traceOf(context, segment, 'analyst')),
    tactician: traceCertainty(await traceOf(context, segment, 'tactician')),
  };
  const { action, size } = actionsOf(segment);
  const columns = {
    regime: Array.from(regime, (state) => REGIMES[state] as string),
    action,
    size,
    ...certainty.analyst.columns,
    ...certainty.tactician.columns,
  };
  const explained = Math.min(EXPLAINED_DECISIONS, action.length);
  const count = (name: string): number => action.filter((one) => one === name).length;
  const summary: DecisionSummary = {
    schema: 'ares.decision-summary',
    decisions: action.length,
    explained,
    actions: { long: count('long'), short: count('short'), none: count('none') },
    analyst: certainty.analyst.summary,
    tactician: certainty.tactician.summary,
  };
  const { outputs } = context;
  await outputs.table('decisions', 'ares.decision-records', makeTable({ ...decisionTable(decisions).columns, ...columns }));
  await outputs.table('decision-members', 'ares.decision-members', memberTable(certainty));
  await outputs.table('decision-features', 'ares.decision-features', featureTable(certainty, explained));
  await outputs.table('online-weights', 'ares.online-weights', weightTable(certainty, decisions.signalTimeMs));
  await outputs.json('decision-summary', 'ares.decision-summary', summary);
}

async function traceOf({ inputs }: StepContext, segment: TestSegment, role: Role): Promise<RoleTrace> {
  const { chain, data, terms, decisions, calls } = segment;
  const outputs = await readEnsembleOutputs(inputs, role);
  const selection = Int32Array.from(outputs.row.keys()).filter((i) => outputs.segment[i] === 'selection');
  const uncertainty = await inputs.json<Uncertainty>('confidence-calibration', 'uncertainty');
  const untilMs = terms.toMs;
  return {
    role,
    ensemble: chain[role].ensemble,
    calls: calls[role],
    at: role === 'analyst' ? analystPlaces(segment) : tacticianPlaces(segment),
    timeMs: decisions.signalTimeMs,
    raw: role === 'analyst' ? decisions.analystRaw : decisions.tacticianRaw,
    regimes: decisions.regimes,
    regime: likeliestRegimes(decisions.regimes),
    outcomes:
      role === 'analyst'
        ? analystOutcomes(chain, data.fineBars, { signalTimeMs: decisions.signalTimeMs, untilMs })
        : tacticianOutcomes(chain, data.fineBars, { decisions, untilMs }),
    rule: uncertainty[role].rule,
    detector: loadNoveltyDetector(await inputs.bytes('confidence-calibration', `detector/${role}`)),
    before: rawPredictions(outputs, selection),
    plan: { horizon: Math.max(1, Math.round((terms.toMs - terms.fromMs) / terms.periodMs)), delay: chain.labelChoice.holdingBars },
  };
}

/** The analyst was asked for bars, of which some made no decision. */
function analystPlaces({ calls, data, terms, chain, decisions }: TestSegment): Int32Array {
  const [first] = calls.analyst.values();
  if (first === undefined) return new Int32Array(decisions.side.length);
  const { closeTimeMs } = resampleBars(barsKnownBy(data.fineBars, terms.toMs), chain.periodMs);
  return matchRows(
    Float64Array.from(first.rows, (row) => closeTimeMs[row] as number),
    decisions.signalTimeMs,
    'signals of decisions',
  );
}

/** The tactician was asked for the decisions themselves. */
function tacticianPlaces({ calls, decisions }: TestSegment): Int32Array {
  const [first] = calls.tactician.values();
  const asked = first?.rows.length ?? 0;
  if (asked !== decisions.side.length) throw new InvalidData(`expected the tactician to be asked for ${decisions.side.length} decisions, found ${asked}`);
  return Int32Array.from(decisions.side.keys());
}

/** What the rules make of each decision, before the one position that is held at a time is looked at. */
function actionsOf({ decisions, settings, market }: TestSegment): { action: string[]; size: Float64Array } {
  const plan = planEntries(decisions, { ...settings, spot: market.spot });
  const size = new Float64Array(decisions.side.length);
  plan.rows.forEach((row, i) => (size[row] = plan.sizes[i] as number));
  const action = Array.from(decisions.side, (side, row) => {
    if (size[row] === 0) return 'none';
    return side > 0 ? 'long' : 'short';
  });
  return { action, size };
}

type Certainties = Readonly<Record<Role, RoleCertainty>>;
const ROLES: readonly Role[] = ['analyst', 'tactician'];

function memberTable(certainty: Certainties): Table {
  const rows = ROLES.flatMap((role) =>
    [...certainty[role].members].flatMap(([member, probabilities]) =>
      Array.from(probabilities, (probability, decision) => ({
        decision,
        role,
        member,
        probability,
        weight: certainty[role].weights.get(member)?.[decision] ?? 0,
      })),
    ),
  );
  return makeTable({
    decision: Int32Array.from(rows, (row) => row.decision),
    role: rows.map((row) => row.role),
    member: rows.map((row) => row.member),
    probability: Float64Array.from(rows, (row) => row.probability),
    weight: Float64Array.from(rows, (row) => row.weight),
  });
}

function weightTable(certainty: Certainties, timeMs: Float64Array): Table {
  const rows = ROLES.flatMap((role) => {
    const { members, mixture } = certainty[role];
    const names = [...members.keys()];
    return Array.from(mixture.weights, (weight, k) => ({ decision: Math.floor(k / names.length), role, member: names[k % names.length] as string, weight }));
  });
  return makeTable({
    decision: Int32Array.from(rows, (row) => row.decision),
    timeMs: Float64Array.from(rows, (row) => timeMs[row.decision] as number),
    role: rows.map((row) => row.role),
    member: rows.map((row) => row.member),
    weight: Float64Array.from(rows, (row) => row.weight),
  });
}

interface FeatureRow {
  readonly decision: number;
  readonly role: Role;
  readonly rank: number;
  readonly feature: string;
  readonly value: number;
  readonly contribution: number;
}

function featureTable(certainty: Certainties, explained: number): Table {
  const rows = ROLES.flatMap((role) => Array.from({ length: explained }, (_, decision) => featureRows(certainty[role], role, decision)).flat());
  return makeTable({
    decision: Int32Array.from(rows, (row) => row.decision),
    role: rows.map((row) => row.role),
    rank: Int32Array.from(rows, (row) => row.rank),
    feature: rows.map((row) => row.feature),
    value: Float64Array.from(rows, (row) => row.value),
    contribution: Float64Array.from(rows, (row) => row.contribution),
  });
}

/** The strongest contributions, then what is left to the score: the rows of a decision add up to score minus base exactly. */
function featureRows({ contributions: { names, contributions, values, base, score } }: RoleCertainty, role: Role, decision: number): FeatureRow[] {
  const at = decision * names.length;
  const size = (j: number): number => Math.abs(contributions[at + j] as number);
  const top = [...names.keys()].sort((a, b) => size(b) - size(a) || a - b).slice(0, TOP_FEATURES);
  const named = top.map(
    (j, rank): FeatureRow => ({
      decision,
      role,
      rank: rank + 1,
      feature: names[j] as string,
      value: values[at + j] as number,
      contribution: contributions[at + j] as number,
    }),
  );
  const rest = named.reduce((left, { contribution }) => left - contribution, (score[decision] as number) - (base[decision] as number));
  return [...named, { decision, role, rank: named.length + 1, feature: OTHERS, value: Number.NaN, contribution: rest }];
}
