/** The outcomes as people read them: a table, what went wrong below it, the count last. */
import type { FaultOutcome } from './fault-world.js';

/** Lines of the table; the last is `N faults, N failed`. */
export function faultTable(outcomes: readonly FaultOutcome[]): string[] {
  const rows = outcomes.map((outcome) => [
    outcome.fault,
    outcome.where,
    outcome.redone,
    outcome.seconds.toFixed(1),
    outcome.problems.length === 0 ? 'ok' : 'FAILED',
  ]);
  const head = ['fault', 'where', 'done again', 'seconds', 'verdict'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] as string).length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd();
  const failed = outcomes.filter((outcome) => outcome.problems.length > 0);
  return [
    line(head),
    ...rows.map(line),
    ...failed.flatMap(({ fault, where, problems }) => ['', `${fault} (${where}):`, ...problems.map((problem) => `  ${problem}`)]),
    '',
    `${outcomes.length} faults, ${failed.length} failed`,
  ];
}
