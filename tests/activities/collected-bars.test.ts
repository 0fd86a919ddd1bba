import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openCollectedBars } from '../../activities/collected-bars.js';
import { makeBarEngine, writeParquet } from '../../adapters/tables/index.js';
import { makeTable } from '../../core/data/table.js';
import { NO_CHECKPOINT } from '../../pipeline/checkpoint.js';
import { daysOf } from '../../pipeline/day-segments.js';
import { PipelineError } from '../../pipeline/errors.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 0, 1);

test('a day that cannot be read ends the others: none is made any more when the failure is told, and none after it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ares-collected-bars-test-'));
  const engine = makeBarEngine();
  t.after(() => rm(folder, { recursive: true }));
  const window = { fromMs: FROM_MS, toMs: FROM_MS + 6 * DAY_MS };
  const trades = join(folder, 'trades.parquet');
  const one = Float64Array.of(1);
  await writeParquet(makeTable({ timeMs: Float64Array.of(FROM_MS), id: one, price: one, quantity: one, buyerIsMaker: Uint8Array.of(1) }), trades);
  let [begun, running] = [0, 0];
  const collected = await openCollectedBars({
    parameters: { window, finePeriodMs: 60_000 },
    inputs: {
      names: () => daysOf(window).map((day) => `trades/${day}`),
      path: async (_: string, name: string) => {
        if (name === 'trades/2024-01-01') throw new PipelineError('MissingArtifact', name);
        return trades;
      },
    },
    ports: {
      bars: {
        barsFromTrades: async (...call: Parameters<typeof engine.barsFromTrades>) => {
          begun++;
          running++;
          return engine.barsFromTrades(...call).finally(() => running--);
        },
      },
    },
    execution: { threads: 2 },
    signal: { aborted: false, throwIfAborted: () => undefined },
  } as never);
  await assert.rejects(collected.month(window, NO_CHECKPOINT), { name: 'MissingArtifact', message: 'trades/2024-01-01' });
  assert.deepEqual([begun, running], [1, 0]);
});
