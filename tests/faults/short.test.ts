/** The short form of the fault suite; all of it: `npm run test:faults`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultTable } from './fault-table.js';
import { runFaults } from './run-faults.js';
import { FAULT_SCENARIOS } from './scenarios.js';

/** Much of a fault's time is waiting. */
const LANES = 3;

test('no fault of the short form loses or doubles an artifact or costs more than a checkpoint interval or a unit', async (t) => {
  const scenarios = FAULT_SCENARIOS.filter(({ isShort }) => isShort);
  const outcomes = await runFaults(scenarios, { lanes: LANES });
  const table = faultTable(outcomes);
  for (const line of table) t.diagnostic(line);
  assert.equal(
    outcomes.length,
    scenarios.reduce((sum, { faults }) => sum + faults, 0),
  );
  assert.ok(outcomes.length >= 15, `${outcomes.length} faults`);
  assert.deepEqual(
    outcomes.filter(({ problems }) => problems.length > 0),
    [],
    table.join('\n'),
  );
});
