import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeArchive } from '../../adapters/simulated-archive/index.js';
import { makeMarketSkeleton } from '../../core/simulation/market.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import type { ArchiveServer } from '../support/archive-server.js';
import { startArchiveServer } from '../support/archive-server.js';
import type { TestStack } from '../support/stack.js';
import { startStack } from '../support/stack.js';
import { until } from '../faults/until.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 2, 2);
const DAYS = 6;

interface RunJson {
  readonly state: string;
  readonly steps: readonly { id: string; state: string; cached: boolean; artifacts: readonly ArtifactRef[] }[];
}

/** Bytes of files that are not whole yet. */
async function partBytes(root: string): Promise<number> {
  if (!existsSync(root)) return 0;
  const files = (await readdir(root, { recursive: true })).filter((path) => path.includes('.part'));
  const sizes = await Promise.all(files.map(async (path) => (await stat(join(root, path)).catch(() => ({ size: 0 }))).size));
  return Math.max(0, ...sizes);
}

/** Runs on an exchange's archive over HTTP: here a local server over files that the simulator wrote in the archive's formats. */
describe('a run on the exchange archive', () => {
  let folder: string;
  let server: ArchiveServer;
  let stack: TestStack;
  const endings: (() => unknown)[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ares-archive-'));
    server = await startArchiveServer({ after: (ending?: unknown) => void endings.push(ending as () => unknown) });
    for (const symbol of ['ETHUSDT', 'BTCUSDT']) {
      const skeleton = makeMarketSkeleton({
        fromMs: FROM_MS,
        toMs: FROM_MS + DAYS * DAY_MS,
        seed: 3,
        symbol,
        blockMs: 900_000,
        tradesPerMinute: 15,
        startPrice: 2000,
        signalStrength: 0.35,
        annualVolatility: 0.6,
      });
      const kinds = symbol === 'ETHUSDT' ? (['aggTrades', 'fundingRate'] as const) : (['klines'] as const);
      for (const kind of kinds) {
        for (const path of await writeArchive({ root: folder, skeleton, market: 'perp', kind })) server.put(path, await readFile(join(folder, path)));
      }
    }
    stack = await startStack({ env: { ARES_ARCHIVE_URL: server.address, ARES_DOWNLOAD_DIR: join(folder, 'downloads') } });
  });
  after(async () => {
    await stack?.stop();
    for (const ending of endings) await ending();
    await rm(folder, { recursive: true, force: true });
  });

  const zips = (): readonly string[] => server.requests.flatMap(({ method, path }) => (method === 'GET' && path.endsWith('.zip') ? [path] : []));
  const flags = (from: string, to: string): string[] => ['run', '--source', 'archive', '--pairs', 'BTCUSDT', '--from', from, '--to', to, '--json'];
  const tradesOf = (run: RunJson): Readonly<Record<string, string>> =>
    Object.fromEntries((run.steps[0]?.artifacts ?? []).flatMap(({ name, sha256 }) => (name.startsWith('trades/') ? [[name, sha256]] : [])));

  test('fetches each file once, does 16 of 16 steps, and a window that has moved on by a day fetches that day alone', async () => {
    const first = await stack.ares(...flags('2024-03-02', '2024-03-07'));
    assert.equal(first.code, 0, first.stderr);
    const run = JSON.parse(first.stdout) as RunJson;
    assert.ok(run.steps.length === 16 && run.steps.every((step) => step.state === 'done'));
    assert.equal(zips().length, 5 + 1 + 5, zips().join('\n'));
    assert.equal(new Set(zips()).size, zips().length);
    const requestsBefore = server.requests.length;
    const second = await stack.ares(...flags('2024-03-03', '2024-03-08'));
    assert.equal(second.code, 0, second.stderr);
    const fresh = zips().slice(11);
    assert.deepEqual(
      fresh.map((path) => path.split('/').pop()).sort(),
      ['BTCUSDT-1m-2024-03-07.zip', 'ETHUSDT-aggTrades-2024-03-07.zip'],
      `${server.requests.length - requestsBefore} requests`,
    );
    const [a, b] = [tradesOf(run), tradesOf(JSON.parse(second.stdout) as RunJson)];
    for (const day of ['2024-03-03', '2024-03-06']) assert.equal(b[`trades/${day}`], a[`trades/${day}`]);
  });

  test('whose worker and child are killed in the middle of a download goes on from the bytes it has, and ends with the same trades', async () => {
    const whole = await stack.ares(...flags('2024-03-02', '2024-03-07'));
    const expected = tradesOf(JSON.parse(whole.stdout) as RunJson);
    const killed = await startStack({ env: { ARES_ARCHIVE_URL: server.address, ARES_DOWNLOAD_DIR: join(folder, 'killed') } });
    try {
      server.setPace({ pieceMs: 20, pieceBytes: 4096 });
      const seen = server.requests.length;
      const spec = { source: 'archive', pairs: ['BTCUSDT'], from: '2024-03-02', to: '2024-03-07' };
      const handle = await killed.client.workflow.start('trainPipeline', { workflowId: 'killed', taskQueue: 'ares-workflow', args: [spec] });
      await until('a file of trades is half here', async () => (await partBytes(join(folder, 'killed'))) > 20_000);
      process.kill(killed.workerPid, 'SIGKILL');
      server.setPace({ pieceMs: 0, pieceBytes: 65_536 });
      await killed.startWorker();
      const result = (await handle.result()) as { steps: RunJson['steps'] };
      assert.deepEqual(tradesOf(result as RunJson), expected);
      const resumed = server.requests
        .slice(seen)
        .flatMap(({ path, range }) => (path.endsWith('.zip') && range !== undefined ? [Number(/\d+/.exec(range)?.[0])] : []));
      assert.ok(
        resumed.some((from) => from > 10_000),
        `a file that was cut off is asked for from where it ended, found ${resumed.join(', ') || 'no range'}`,
      );
    } finally {
      await killed.stop();
    }
  });
});
