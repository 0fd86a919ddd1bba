import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARKET_SHAPE } from '../../core/simulation/market-parameters.js';
import { STRESS_IDS } from '../../core/simulation/stress-ids.js';
import { STRESS_SCENARIOS } from '../../core/simulation/stress-scenarios.js';
import { parseRunSpec } from '../../pipeline/config.js';

const problemsOf = (spec: unknown): string => {
  const parsed = parseRunSpec(spec);
  assert.ok(!parsed.ok);
  return parsed.problems.join('; ');
};

test("the spec's simulated market has the simulator's own defaults", () => {
  const parsed = parseRunSpec({});
  assert.ok(parsed.ok);
  for (const [name, value] of Object.entries(MARKET_SHAPE)) assert.equal(parsed.spec.simulation[name as keyof typeof MARKET_SHAPE], value, name);
  assert.deepEqual(parsed.spec.simulation.pair, { correlation: 0.6, lagMinutes: -5, strength: 0.2 });
});

test('every stress scenario can be asked for by its id, and another cannot', () => {
  assert.deepEqual(
    STRESS_SCENARIOS.map(({ id }) => id),
    STRESS_IDS,
  );
  for (const stress of STRESS_IDS) assert.ok(parseRunSpec({ simulation: { stress } }).ok, stress);
  assert.match(problemsOf({ simulation: { stress: 'flood' } }), /simulation\.stress: .*found "flood"/);
});

test('values that make no market are refused with their key', () => {
  assert.match(problemsOf({ simulation: { garchAlpha: 0.2, garchBeta: 0.9 } }), /simulation\.garchBeta: garchAlpha \+ garchBeta must be below 1/);
  assert.match(problemsOf({ simulation: { pair: { correlation: 0.9, strength: 0.6 } } }), /simulation\.pair\.strength: correlation\^2/);
  assert.match(problemsOf({ simulation: { pair: { lagMinutes: 0 } } }), /simulation\.pair\.lagMinutes: a lag of 0/);
  assert.match(problemsOf({ pruning: { keepShare: 0 } }), /pruning\.keepShare/);
  assert.match(problemsOf({ pruning: { stages: ['luck'] } }), /pruning\.stages/);
});
