/** What steps write does not depend on the number of threads (M3.41). */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ArtifactMemory } from '../../activities/in-process-steps.js';
import { makeArtifactMemory, runStepInProcess } from '../../activities/in-process-steps.js';
import { classifyMarketRegimes } from '../../activities/market-regime-classification.js';
import { makeBarEngine, writeParquet } from '../../adapters/tables/index.js';
import { float64Column } from '../../core/data/table.js';
import { makeMarketSkeleton } from '../../core/simulation/market.js';
import { simulateDayTrades } from '../../core/simulation/market-trades.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { daysOf } from '../../pipeline/day-segments.js';
import { stepById } from '../../pipeline/steps/index.js';
import { chainPorts, contentOf, runChain } from '../support/chain-run.js';
import { makePlan } from '../support/make-plan.js';
import { simulatedBars } from '../support/simulated-bars.js';

const THREADS = [1, 2, 4] as const;
const EXECUTION = { chunkRows: 1000, segmentDays: 1, memoryLimitMiB: 1024, featureCache: false, sourceFiles: {} };

async function assertSameArtifacts(runs: readonly ArtifactMemory[], leastCount: number): Promise<void> {
  const [first, ...others] = runs;
  const names = [...first.artifacts]
    .filter(([step]) => step !== 'data-collection')
    .flatMap(([step, artifacts]) => [...artifacts.keys()].map((name) => [step, name] as const));
  assert.ok(names.length >= leastCount, `${names.length} artifacts to compare`);
  for (const other of others) {
    assert.deepEqual(
      [...other.artifacts].map(([step, artifacts]) => [step, ...artifacts.keys()]),
      [...first.artifacts].map(([step, artifacts]) => [step, ...artifacts.keys()]),
    );
    for (const [step, name] of names) assert.ok((await contentOf(other, step, name)) === (await contentOf(first, step, name)), `${step}/${name} is the same`);
  }
}

describe('1, 2 and 4 threads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ares-threads-'));
  after(() => rmSync(folder, { recursive: true }));
  const plan = makePlan({ retentionDays: 8, seed: 5, minimumEffectiveSample: 12, simulation: { tradesPerMinute: 30 } });
  const days = daysOf(plan.window);

  before(async () => {
    const { spec, window } = plan;
    const skeleton = makeMarketSkeleton({ ...spec.simulation, ...window, seed: spec.seed, symbol: spec.symbol, blockMs: 900_000 });
    for (const day of days) await writeParquet(simulateDayTrades(skeleton, Date.parse(`${day}T00:00:00Z`)), join(folder, day));
  });

  test('steps 2 to 12 write the same artifacts, models to the byte and numbers to the bit', async () => {
    const data = simulatedBars(plan);
    const runs: ArtifactMemory[] = [];
    for (const threads of THREADS) runs.push(await runChain({ plan, ...data, threads }));
    await assertSameArtifacts(runs, 40);
  });

  test('the bar engine makes the same bars of a day of trades, to the bit', async () => {
    const tables = await Promise.all(THREADS.map((threads) => makeBarEngine().barsFromTrades(join(folder, days[0]), 60_000, threads)));
    assert.ok(tables[0].rowCount > 1400, `${tables[0].rowCount} bars`);
    for (const table of tables.slice(1))
      for (const name of Object.keys(tables[0].columns)) assert.deepEqual(float64Column(table, name), float64Column(tables[0], name), name);
  });

  test('step 2 makes the same bars and regimes of stored trades, days one by one or side by side', async () => {
    const runs: ArtifactMemory[] = [];
    for (const threads of THREADS) {
      const memory = makeArtifactMemory();
      memory.artifacts.set('data-collection', new Map(days.map((day) => [`trades/${day}`, { path: join(folder, day) }])));
      await runStepInProcess({ definition: stepById('market-regime-classification'), run: classifyMarketRegimes }, plan, {
        memory,
        ports: chainPorts(),
        execution: { ...EXECUTION, threads },
        signal: { aborted: false, throwIfAborted: () => undefined },
        checkpoint: NO_CHECKPOINT,
        progress: () => undefined,
      });
      runs.push(memory);
    }
    await assertSameArtifacts(runs, 5);
  });
});
