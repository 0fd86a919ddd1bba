/** Decisions as a table: what `ares predict` writes. */
import type { Table } from '../data/table.js';
import { makeTable } from '../data/table.js';
import { REGIMES } from '../regimes/regime-names.js';
import type { ChainDecisions } from './apply-chain.js';

/** One row a decision; the regime probabilities in columns of their own, named by regime. */
export function decisionTable(decisions: ChainDecisions): Table {
  const { regimes, ...columns } = decisions;
  const width = REGIMES.length;
  const byRegime = REGIMES.map((regime, r) => [regime, Float64Array.from(decisions.side, (_, i) => regimes[i * width + r])] as const);
  return makeTable({ ...columns, ...Object.fromEntries(byRegime) });
}
