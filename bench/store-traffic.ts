/** What runs send to and read from the store and the archive, and what their steps read and write on disk: first, a day longer, cached. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArchive } from '../adapters/simulated-archive/index.js';
import { makeMarketSkeleton } from '../core/simulation/market.js';
import { MARKET_SHAPE } from '../core/simulation/market-parameters.js';
import { startArchiveServer } from '../tests/support/archive-server.js';
import { startS3Server } from '../tests/support/s3-server.js';
import type { BenchLine } from './bench-line.js';
import type { BenchStack } from './bench-stack.js';
import { startBenchStack } from './bench-stack.js';
import type { CountingProxy, Traffic } from './counting-proxy.js';
import { addTraffic, startCountingProxy } from './counting-proxy.js';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2024, 2, 2);
const DAYS = 8;
const TRADES_A_MINUTE = 30;
const SPEC = { source: 'archive', preset: 'quick-test', from: '2024-03-02' };
/** Days of the window, in the order of the runs. */
const RUNS = [
  { name: 'first run', id: 'first', days: DAYS - 1 },
  { name: 'a day longer', id: 'longer', days: DAYS },
  { name: 'the same again, cached', id: 'cached', days: DAYS },
] as const;

interface RunJson {
  readonly seconds: number;
  readonly steps: readonly { id: string; cached: boolean; artifactCount: number; artifacts: readonly { sha256: string }[] }[];
}

interface Proxies {
  readonly store: CountingProxy;
  readonly archive: CountingProxy;
}

/** One line a run, traffic by step in its details. */
export async function* trafficLines(): AsyncIterable<BenchLine> {
  const endings: (() => unknown)[] = [];
  try {
    const s3 = await startS3Server();
    endings.push(async () => s3.stop());
    const archive = await startArchiveServer({ after: (ending?: unknown) => void endings.push(ending as () => unknown) });
    await fillArchive(archive.put);
    const proxies: Proxies = { store: await startCountingProxy(s3.env.AWS_ENDPOINT_URL_S3), archive: await startCountingProxy(archive.address) };
    endings.push(proxies.store.stop, proxies.archive.stop);
    const stack = await startBenchStack({
      ...s3.env,
      AWS_ENDPOINT_URL_S3: proxies.store.endpoint,
      ARES_ARCHIVE_URL: proxies.archive.endpoint,
      ARES_STORE: 's3://ares/default',
      ARES_DOWNLOAD_DIR: join(s3.scratch, 'downloads'),
    });
    endings.push(stack.stop);
    for (const run of RUNS) yield await measureRun(run, stack, proxies);
  } finally {
    for (const ending of endings.reverse()) await ending();
  }
}

async function fillArchive(put: (path: string, bytes: Uint8Array) => void): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'ares-bench-archive-'));
  const window = { fromMs: FROM_MS, toMs: FROM_MS + DAYS * DAY_MS, blockMs: 900_000 };
  const market = { seed: 7, symbol: 'ETHUSDT', startPrice: 2000, tradesPerMinute: TRADES_A_MINUTE, signalStrength: 0.05, annualVolatility: 0.6 };
  const skeleton = makeMarketSkeleton({ ...MARKET_SHAPE, ...market, ...window });
  for (const kind of ['trades', 'fundingRate'] as const) {
    for (const path of await writeArchive({ root, skeleton, market: 'perp', kind })) put(path, await readFile(join(root, path)));
  }
  await rm(root, { recursive: true });
}

async function measureRun({ name, id, days }: (typeof RUNS)[number], stack: BenchStack, proxies: Proxies): Promise<BenchLine> {
  proxies.store.take();
  proxies.archive.take();
  const to = new Date(FROM_MS + days * DAY_MS).toISOString();
  const run = JSON.parse(await stack.ares('run', '--json', '--id', id, '--spec', JSON.stringify({ ...SPEC, to }))) as RunJson;
  // Before the profiles are read, which is traffic of its own.
  const [store, archive] = [proxies.store.take(), proxies.archive.take()];
  const total = sumOf(store);
  const cachedSteps = run.steps.filter((step) => step.cached).length;
  return {
    ...{ subject: 'storage', case: `traffic: ${name}`, n: days, seconds: run.seconds, peer: null, peerSeconds: null, ratio: null },
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    check: `${cachedSteps} of ${run.steps.length} steps cached`,
    details: {
      ...{ store: total, archive: sumOf(archive), byStep: byStep(run, store), load: loadavg()[0] },
      disk: cachedSteps === run.steps.length ? [] : await diskOf(stack, id),
    },
  };
}

/** Traffic by the step whose artifacts, manifests, profiles or checkpoints it was about; the rest by its folder in the store. */
function byStep(run: RunJson, seen: ReadonlyMap<string, Traffic>): Readonly<Record<string, Traffic>> {
  const owners = new Map(run.steps.flatMap(({ id, artifacts }) => artifacts.map(({ sha256 }) => [sha256, id] as const)));
  for (const path of seen.keys()) {
    const [, step, key] = /\/manifests\/([^/]+)\/([0-9a-f]{64})\.json$/.exec(path) ?? [];
    if (step !== undefined && key !== undefined) owners.set(key, step);
  }
  const sums = new Map<string, Traffic>();
  for (const [path, traffic] of seen) {
    const [folder = '', first = '', second = ''] = path.split('/').slice(3);
    const named = { manifests: first, producers: first, profiles: second.replace(/\.json$/, '') }[folder];
    const name = named ?? owners.get(first) ?? (folder || 'listing');
    sums.set(name, addTraffic(sums.get(name), traffic));
  }
  return Object.fromEntries(sums);
}

function sumOf(seen: ReadonlyMap<string, Traffic>): Traffic {
  return [...seen.values()].reduce((sum, traffic) => addTraffic(sum, traffic), addTraffic());
}

/** Bytes that each computed step's processes read and wrote through calls, and the part of them that reached a disk. */
async function diskOf(stack: BenchStack, id: string): Promise<unknown> {
  const { steps } = JSON.parse(await stack.ares('profile', id, '--json')) as { steps: readonly { step: string; readBytes: number; writtenBytes: number }[] };
  return steps.map(({ step, readBytes, writtenBytes }) => ({ step, readBytes, writtenBytes }));
}
