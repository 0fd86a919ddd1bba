/** Minute bars put in place of those that step 2 left, a table a month. */
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { fineBarsName } from '../../activities/fine-bars.js';
import type { Bars } from '../../core/data/bars.js';
import { barCount, barsToTable, lowerBound, sliceBars } from '../../core/data/bars.js';
import { monthsOf, spanOfMonth } from '../../pipeline/months.js';

/** Replaces the tables `bars-fine/<month>` of the memory by the months of the bars. */
export function replaceFineBars(memory: ArtifactMemory, bars: Bars): void {
  const artifacts = memory.artifacts.get('market-regime-classification')!;
  for (const name of [...artifacts.keys()].filter((one) => one.startsWith('bars-fine/'))) artifacts.delete(name);
  for (const month of monthsOf({ fromMs: bars.openTimeMs[0]!, toMs: bars.closeTimeMs[barCount(bars) - 1]! })) {
    const { fromMs, toMs } = spanOfMonth(month);
    const part = sliceBars(bars, lowerBound(bars.openTimeMs, fromMs), lowerBound(bars.openTimeMs, toMs));
    artifacts.set(fineBarsName(month), { table: barsToTable(part) });
  }
}
