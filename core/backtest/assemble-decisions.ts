/** Decisions out of the tables that steps 2 to 11 leave: what applyChain would say on the same rows. */
import type { Table } from '../data/table.js';
import { float64Column, int32Column, textColumn } from '../data/table.js';
import { InvalidData } from '../errors.js';
import { REGIMES } from '../regimes/regime-names.js';
import type { Decisions } from './decisions.js';

export interface DecisionTables {
  /** Schema ares.calibrated. */
  readonly calibrated: Table;
  /** Schema ares.tactician-labels: entry time, side and volatility of each example. */
  readonly examples: Table;
  /** Schema ares.regimes. */
  readonly regimes: Table;
  /** Schema ares.predictions of the pooled single model. */
  readonly pooled: Table;
}

/** Which rows become decisions. */
export interface DecisionRange {
  readonly segment: string;
  /**
   * Last signal that is taken. Tables hold only rows whose outcome is known by the segment's end, so signals nearer to it
   * than the holding period are there only if they ended early: taking them would choose by outcome.
   */
  readonly latestSignalMs: number;
}

/**
 * The decisions of one segment, sorted by entry time. Calibrated rows join their examples by row, the regimes and the
 * pooled prediction by the signal's close.
 * @throws InvalidData when a row has no example of its signal, no regime or no pooled prediction
 */
export function assembleDecisions(tables: DecisionTables, range: DecisionRange): Decisions {
  const examples = exampleRows(tables, range);
  const entry = float64Column(tables.examples, 'entryTimeMs');
  examples.sort((a, b) => entry[a.example]! - entry[b.example]! || a.calibrated - b.calibrated);
  const count = examples.length;
  const close = float64Column(tables.calibrated, 'closeTimeMs');
  const regimeRow = rowsByTime(tables.regimes);
  const pooledRow = rowsByTime(tables.pooled);
  const regimeColumns = REGIMES.map((name) => float64Column(tables.regimes, name));
  const source = {
    side: int32Column(tables.examples, 'side'),
    volatility: float64Column(tables.examples, 'volatility'),
    analyst: float64Column(tables.calibrated, 'analyst'),
    tactician: float64Column(tables.calibrated, 'tactician'),
    pooled: float64Column(tables.pooled, 'probability'),
  };
  const column = (): Float64Array => new Float64Array(count);
  const out = {
    signalTimeMs: column(),
    entryTimeMs: column(),
    side: new Int32Array(count),
    analyst: column(),
    tactician: column(),
    pooled: column(),
    volatility: column(),
    regimes: new Float64Array(count * REGIMES.length),
  };
  for (let i = 0; i < count; i++) {
    const { calibrated, example } = examples[i]!;
    const time = close[calibrated]!;
    out.signalTimeMs[i] = time;
    out.entryTimeMs[i] = entry[example]!;
    out.side[i] = source.side[example]!;
    out.volatility[i] = source.volatility[example]!;
    out.analyst[i] = source.analyst[calibrated]!;
    out.tactician[i] = source.tactician[calibrated]!;
    out.pooled[i] = source.pooled[find(pooledRow, time, 'pooled prediction')]!;
    const regime = find(regimeRow, time, 'regime');
    for (let state = 0; state < REGIMES.length; state++) out.regimes[i * REGIMES.length + state] = regimeColumns[state]![regime]!;
  }
  return out;
}

/** Pairs of a calibrated row and the tactician example that it speaks of. */
function exampleRows(tables: DecisionTables, range: DecisionRange): { calibrated: number; example: number }[] {
  const exampleClose = float64Column(tables.examples, 'closeTimeMs');
  const segments = textColumn(tables.calibrated, 'segment');
  const close = float64Column(tables.calibrated, 'closeTimeMs');
  const rows = int32Column(tables.calibrated, 'row');
  const pairs: { calibrated: number; example: number }[] = [];
  for (let i = 0; i < close.length; i++) {
    if (segments[i] !== range.segment || close[i]! > range.latestSignalMs) continue;
    const example = rows[i]!;
    if (exampleClose[example] !== close[i]) {
      throw new InvalidData(`calibrated row ${i}: expected tactician example ${example} to be of the signal at ${close[i]}, found ${exampleClose[example]}`);
    }
    pairs.push({ calibrated: i, example });
  }
  return pairs;
}

function rowsByTime(table: Table): Map<number, number> {
  const times = float64Column(table, 'closeTimeMs');
  const rows = new Map<number, number>();
  for (let row = 0; row < times.length; row++) rows.set(times[row]!, row);
  return rows;
}

function find(rows: Map<number, number>, time: number, what: string): number {
  const row = rows.get(time);
  if (row === undefined) throw new InvalidData(`signal at ${time} has no ${what}`);
  return row;
}
