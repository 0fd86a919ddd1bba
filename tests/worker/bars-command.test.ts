import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { barCount, barsFromTable } from '../../core/data/bars.js';
import { readParquet } from '../../adapters/tables/index.js';
import { parseBarsOptions } from '../../worker/bars-options.js';
import { commandsOf } from '../support/documented-commands.js';
import { cloneRoot } from '../support/repository.js';
import { productFile } from '../support/stack.js';
import { testData } from '../support/test-data.js';

interface Summary {
  readonly trades: number;
  readonly bars: number;
  readonly leftOver: number;
  readonly missingIds: number;
  readonly reconciliation?: { readonly equal: number; readonly klines: number; readonly differences: readonly unknown[] };
}

describe('ares bars and ares simulate', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ares-bars-'));
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  /** A command line of the documents, its folder and files in this test's own. */
  function run(text: string): { code: number | null; stdout: string; stderr: string } {
    const words = [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const { status, stdout, stderr } = spawnSync(process.execPath, [productFile('client/cli.js'), ...words.slice(1)], { cwd: folder, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  }

  test('the documented lines write a market, make minute bars that equal its klines, and dollar bars of at least the given size', async () => {
    const page = readFileSync(join(cloneRoot(), 'docs', 'sources.md'), 'utf8');
    const [simulate = '', minutes = '', dollars = ''] = commandsOf('docs/sources.md', page).flatMap(({ text }) =>
      /^ares (bars|simulate) --/.test(text) ? [text] : [],
    );
    const written = run(simulate);
    assert.equal(written.code, 0, written.stderr);
    assert.equal(written.stdout.trim().split('\n').length, 2 + 2 + 1);
    const made = run(minutes);
    assert.equal(made.code, 0, made.stderr);
    const summary = JSON.parse(made.stdout) as Summary;
    assert.deepEqual([summary.bars, summary.reconciliation?.equal, summary.reconciliation?.differences.length], [2880, 2880, 0]);
    assert.equal(run(dollars).code, 0);
    const bars = barsFromTable(await readParquet(join(folder, 'dollars.parquet')));
    assert.ok(barCount(bars) > 100 && bars.quoteVolume.every((value) => value >= 500_000));
  });

  test('of the real XRPETH trades it makes the five-minute bars of the oracle but for the first and the last, and tells what makes no bar', {
    skip: testData === null && 'no real data',
  }, async () => {
    const base = `ares bars --path ${testData} --symbol XRPETH --market spot --from 2019-10-11T00:05Z --to 2019-10-13T11:15Z`;
    const time = run(`${base} --every 5m --out five.parquet`);
    assert.equal(time.code, 0, time.stderr);
    assert.equal((JSON.parse(time.stdout) as Summary).bars, 704);
    const ticks = run(`${base} --rule tick --size 1000 --out ticks.parquet`);
    const { trades, bars, leftOver, missingIds } = JSON.parse(ticks.stdout) as Summary;
    assert.deepEqual([bars, leftOver, missingIds], [Math.floor(trades / 1000), trades % 1000, 0]);
    assert.ok(trades > 12_000);
  });

  test('a symbol without trades fails with what was found, and a bad command line says which option and value', () => {
    run('ares simulate --out other --kinds klines --spec \'{"retentionDays":1}\'');
    const none = run('ares bars --path other --symbol ETHUSDT --every 1m');
    assert.deepEqual([none.code, /expected trades in the source, found bars alone/.test(none.stderr)], [1, true], none.stderr);
    for (const [args, message] of [
      [['--every', '1m'], /expected --symbol SYMBOL/],
      [['--symbol', 'A1', '--path', '.', '--every', '1x'], /--every: expected a period such as 5s, 1m or 4h, found 1x/],
      [['--symbol', 'A1', '--path', '.', '--rule', 'tick'], /--size: expected a number above 0, found none/],
      [['--symbol', 'A1', '--path', '.', '--rule', 'ticks', '--size', '9'], /--rule: expected tick, volume or dollar.*found ticks/],
      [['--symbol', 'A1', '--path', '.', '--every', '1m', '--rule', 'tick'], /either --every PERIOD or --rule RULE/],
      [['--symbol', 'A1', '--source', 'archive', '--path', '.', '--every', '1m'], /--path: expected with source files only/],
      [['--symbol', 'A1', '--path', '.', '--every', '1m', '--from', '2024-01-01T00:00'], /--from: expected a date or a time with its zone/],
    ] as const) {
      assert.throws(() => parseBarsOptions(args), message);
    }
  });
});
