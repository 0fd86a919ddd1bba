/** Which families a plan trains, where, and what of them is in a unit's key. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { modelFamilies } from '../../activities/model-families.js';
import { SEARCH_SPACES } from '../../activities/search-spaces.js';
import { parseRunSpec } from '../../pipeline/config.js';
import type { RunPlan } from '../../pipeline/plan.js';
import { PRESET_NAMES } from '../../pipeline/presets.js';
import { FAMILY_SETS, NETWORK_FAMILIES, SEARCHED_FAMILIES, SPECIALIST_FAMILIES } from '../../pipeline/specialist-families.js';
import { tacticianFamilies } from '../../pipeline/specialists.js';
import type { StepDefinition } from '../../pipeline/step-definition.js';
import { parametersOf, queueOf } from '../../pipeline/step-definition.js';
import { analystEnhancement } from '../../pipeline/steps/analyst-enhancement.js';
import { analystSpecialistTraining } from '../../pipeline/steps/analyst-specialist-training.js';
import { tacticianSpecialistTraining } from '../../pipeline/steps/tactician-specialist-training.js';
import { walkForwardValidation } from '../../pipeline/steps/walk-forward-validation.js';
import { planWalkForward } from '../../pipeline/walk-forward.js';
import { chainPorts } from '../support/chain-run.js';
import { makePlan } from '../support/make-plan.js';

const registry = await modelFamilies(chainPorts());
const ANALYST: StepDefinition = analystSpecialistTraining;
const TACTICIAN: StepDefinition = tacticianSpecialistTraining;

function problemsOf(input: unknown): string {
  const parsed = parseRunSpec(input);
  return parsed.ok ? '' : parsed.problems.join('\n');
}

describe('the sets of families', () => {
  test('each holds the one before it, and every family of the registry is in the largest or belongs to step 6 alone', () => {
    const { minimal, basic, all } = FAMILY_SETS;
    assert.ok(minimal.every((family) => (basic as readonly string[]).includes(family)) && basic.every((family) => (all as readonly string[]).includes(family)));
    assert.deepEqual(
      Object.keys(registry)
        .filter((id) => !(all as readonly string[]).includes(id))
        .sort(),
      ['attention', 'lightgbm-tuned'],
    );
  });

  test('presets take minimal, basic, basic and all; models and families override them', () => {
    const familiesOf = (spec: object): readonly string[] => makePlan({ retentionDays: 30, ...spec }).settings.families;
    assert.deepEqual(
      PRESET_NAMES.map((preset) => familiesOf({ preset })),
      [FAMILY_SETS.minimal, FAMILY_SETS.basic, FAMILY_SETS.basic, FAMILY_SETS.all],
    );
    assert.deepEqual(familiesOf({ preset: 'quick-test', models: 'all' }), FAMILY_SETS.all);
    assert.deepEqual(familiesOf({ preset: 'production', families: ['tcn', 'lightgbm'] }), ['tcn', 'lightgbm']);
  });

  test('networks are the families with rows to purge before early stopping; those that look back are none of the tactician', () => {
    const withWindow = (least: number): string[] =>
      SPECIALIST_FAMILIES.filter((id) => 'purgeRows' in registry[id]!.defaults && Number(registry[id]!.defaults['window']) >= least);
    assert.deepEqual(withWindow(1), NETWORK_FAMILIES);
    const plan = makePlan({ models: 'all' });
    assert.deepEqual(
      tacticianFamilies(plan),
      SPECIALIST_FAMILIES.filter((id) => !withWindow(2).includes(id)),
    );
    const own = tacticianFamilies(plan);
    assert.ok(own.includes('mlp') && own.includes('mlp-ensemble') && withWindow(2).length === 7);
  });

  test('whatever is searched has a space over parameters that the family has', () => {
    assert.deepEqual(Object.keys(SEARCH_SPACES).sort(), ['lightgbm-tuned', ...SEARCHED_FAMILIES].sort());
    for (const [id, space] of Object.entries(SEARCH_SPACES)) {
      for (const name of Object.keys(space)) assert.ok(name in registry[id]!.defaults, `${id} has no parameter ${name}`);
    }
  });
});

describe('families in the spec', () => {
  test('an unknown one is refused with those that are known', () => {
    const problem = problemsOf({ families: ['lightgbm', 'catboost'] });
    assert.match(problem, /families\.1: .*found "catboost"/);
    for (const id of SPECIALIST_FAMILIES) assert.ok(problem.includes(`"${id}"`), `${problem} lacks ${id}`);
  });

  test('a list without lightgbm, with one twice, or beside a set is refused', () => {
    assert.match(problemsOf({ families: ['linear'] }), /families: expected lightgbm .*found \["linear"\]/);
    assert.match(problemsOf({ families: ['lightgbm', 'linear', 'linear'] }), /families: .*each once/);
    assert.match(problemsOf({ families: ['lightgbm'], models: 'basic' }), /families: expected either families or models/);
    assert.match(problemsOf({ models: 'every' }), /models: .*"all".*found "every"/);
  });
});

describe('units', () => {
  test('are regime by family, the tactician without sequence networks', () => {
    const plan = makePlan({ families: ['lightgbm', 'mlp', 'lstm'] });
    assert.equal(ANALYST.units!(plan).length, 15);
    assert.deepEqual(
      TACTICIAN.units!(plan).filter((unit) => unit.startsWith('POOLED')),
      ['POOLED/lightgbm', 'POOLED/mlp'],
    );
  });

  test('read their own family alone: a longer list changes the step, and no unit that was there', () => {
    const [few, many] = [makePlan({ models: 'minimal' }), makePlan({ models: 'basic' })];
    for (const definition of [ANALYST, TACTICIAN]) {
      assert.notDeepEqual(parametersOf(definition, few, null), parametersOf(definition, many, null));
      for (const unit of definition.units!(few)) assert.deepEqual(parametersOf(definition, few, unit), parametersOf(definition, many, unit));
    }
  });

  test('step 6 searches the families of the plan that have a space', () => {
    const searched = (models: 'minimal' | 'basic' | 'all'): readonly string[] => analystEnhancement.parameters(makePlan({ models })).searched;
    assert.deepEqual([searched('minimal'), searched('basic'), searched('all')], [[], ['xgboost', 'elastic-net'], ['xgboost', 'elastic-net', 'mlp']]);
  });

  test('a window of the walk-forward trains the families of the run', () => {
    for (const { plan } of planWalkForward(makePlan({ preset: 'dev', families: ['lightgbm', 'tcn'] })))
      assert.deepEqual(plan.settings.families, ['lightgbm', 'tcn']);
  });
});

test('on a run with a GPU what fits networks goes to the workers that have one, everything else stays', () => {
  const onGpu = (spec: Parameters<typeof makePlan>[0]): RunPlan => {
    const plan = makePlan(spec);
    return { ...plan, settings: { ...plan.settings, device: 'gpu' } };
  };
  const all = onGpu({ models: 'all' });
  for (const definition of [ANALYST, TACTICIAN]) {
    assert.deepEqual(
      ['POOLED/mlp', 'POOLED/lightgbm', null].map((unit) => queueOf(definition, all, unit)),
      ['ares-gpu', 'ares-cpu', 'ares-gpu'],
    );
    assert.equal(queueOf(definition, onGpu({ models: 'basic' }), null), 'ares-cpu');
    assert.equal(queueOf(definition, makePlan({ models: 'all' }), null), 'ares-cpu');
    assert.ok(definition.adapters.includes('tensor-backend'));
  }
  assert.equal(queueOf(walkForwardValidation, onGpu({}), null), 'ares-gpu');
  assert.equal(queueOf(walkForwardValidation, makePlan({}), null), 'ares-cpu');
});
