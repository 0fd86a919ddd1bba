/** `npm run test:faults`: the whole fault suite, or the scenarios whose names hold one of the arguments. Exits with 1 when a fault did harm. */
import { faultTable } from './fault-table.js';
import { runFaults } from './run-faults.js';
import { FAULT_SCENARIOS } from './scenarios.js';

/** Most of a fault's time is waiting for Temporal to notice: more lanes than cores. */
const LANES = 6;

const chosen = process.argv.slice(2);
const scenarios = FAULT_SCENARIOS.filter(({ name }) => chosen.length === 0 || chosen.some((part) => name.includes(part)));
if (scenarios.length === 0) throw new Error(`expected a part of one of ${FAULT_SCENARIOS.map(({ name }) => name).join(', ')}, found ${chosen.join(', ')}`);
const started = performance.now();
const outcomes = await runFaults(scenarios, {
  lanes: LANES,
  onOutcomes: (name, done, seconds) => {
    const failed = done.filter(({ problems }) => problems.length > 0);
    process.stderr.write(`${name}: ${done.length} faults, ${failed.length} failed, ${seconds.toFixed(0)} s\n`);
    for (const { fault, where, problems } of failed) process.stderr.write(`  ${fault} ${where}: ${problems.join('; ')}\n`);
  },
});
process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0)} s\n`);
for (const line of faultTable(outcomes)) console.log(line);
process.exitCode = outcomes.every(({ problems }) => problems.length === 0) ? 0 : 1;
