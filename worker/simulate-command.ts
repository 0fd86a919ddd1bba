/** `ares simulate`: a simulated market as files of Binance's archive, to try what reads files or an archive. */
import { parseArgs } from 'node:util';
import type { ArchiveKind } from '../adapters/simulated-archive/index.js';
import { ARCHIVE_KINDS, writeArchive } from '../adapters/simulated-archive/index.js';
import { makeMarketSkeleton } from '../core/simulation/market.js';
import { parseRunSpec, TIMEFRAMES } from '../pipeline/config.js';
import { resolveSettings } from '../pipeline/plan.js';

const WRONG_COMMAND_LINE = 2;
const DAY_MS = 86_400_000;

const USAGE = `Usage: ares simulate --out FOLDER [options]

Writes the simulator's market as daily zips of Binance's public archive, each beside its .CHECKSUM. ares run --source files --path
FOLDER reads them; any web server over FOLDER is an archive for ARES_ARCHIVE_URL. Prices are simulated, not from any market.

  --out FOLDER         where data/... is written
  --kinds LIST         ${ARCHIVE_KINDS.join(', ')}; default trades,fundingRate
  --spec JSON          symbol, market, from, retentionDays, seed and simulation as in a run spec, for example
                       '{"symbol":"BTCUSDT","retentionDays":3,"simulation":{"tradesPerMinute":120}}'
  --help               this text

Exit codes: 0 done, 1 failed, 2 wrong command line.`;

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  try {
    const values = readArguments(args);
    if (values.help === true) console.log(USAGE);
    else await simulate(values);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    console.error(`ares simulate: ${name}: ${message}`);
    process.exitCode = error instanceof RangeError ? WRONG_COMMAND_LINE : 1;
  }
}

async function simulate(values: ReturnType<typeof readArguments>): Promise<void> {
  if (values.out === undefined) throw new RangeError('expected --out FOLDER, found none');
  const parsed = parseRunSpec(readJson(values.spec ?? '{}'));
  if (!parsed.ok) throw new RangeError(`--spec: ${parsed.problems.join('; ')}`);
  const { spec } = parsed;
  const { retentionDays, timeframe } = resolveSettings(spec);
  const fromMs = spec.from === undefined ? Date.UTC(2024, 0, 1) : Date.parse(spec.from);
  const window = { fromMs, toMs: spec.to === undefined ? fromMs + retentionDays * DAY_MS : Date.parse(spec.to) };
  const skeleton = makeMarketSkeleton({ ...spec.simulation, ...window, seed: spec.seed, symbol: spec.symbol, blockMs: TIMEFRAMES[timeframe] });
  for (const kind of readKinds(values.kinds ?? 'trades,fundingRate')) {
    if (kind === 'fundingRate' && spec.market === 'spot') continue;
    for (const path of await writeArchive({ root: values.out, skeleton, market: spec.market, kind })) console.log(path);
  }
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], options: { out: text, kinds: text, spec: text, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`--spec: expected JSON, found ${text}`, { cause });
  }
}

function readKinds(text: string): readonly ArchiveKind[] {
  return text.split(',').map((name) => {
    const kind = ARCHIVE_KINDS.find((known) => known === name.trim());
    if (kind === undefined) throw new RangeError(`--kinds: expected ${ARCHIVE_KINDS.join(', ')}, found ${name}`);
    return kind;
  });
}
