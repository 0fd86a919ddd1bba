/** Quotes and second sources in the run spec: what is refused, with the key and the value found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRunSpec } from '../../pipeline/config.js';
import { parseSpec } from '../support/make-plan.js';

function problemsOf(input: unknown): string {
  const parsed = parseRunSpec(input);
  return parsed.ok ? 'no problem' : parsed.problems.join('\n');
}

test('quotes are off unless asked for, and refused where a source keeps none', () => {
  assert.equal(parseSpec({}).quotes, false);
  assert.match(problemsOf({ quotes: true }), /^quotes: only the sources archive and files keep quotes, found true$/);
  assert.match(problemsOf({ source: 'rest', quotes: true }), /^quotes: only the sources archive and files/);
  assert.match(
    problemsOf({ source: 'archive', market: 'spot', quotes: true }),
    /^quotes: the archive keeps quotes of futures alone, not of market spot, found true$/,
  );
  assert.match(problemsOf({ source: 'archive', quotes: 'ticker' }), /^quotes: .*found "ticker"$/);
  assert.equal(parseSpec({ source: 'archive', quotes: true }).quotes, true);
  assert.equal(parseSpec({ source: 'files', path: 'market', market: 'spot', quotes: true }).quotes, true);
});

test('a second source is none unless named, and a disagreement is flagged unless the spec says fail', () => {
  assert.equal(parseSpec({}).compareWith, null);
  const { compareWith } = parseSpec({ source: 'archive', compareWith: { source: 'rest' } });
  assert.deepEqual(compareWith, { source: 'rest', exchange: 'BINANCE', onDisagreement: 'flag' });
  assert.equal(parseSpec({ source: 'archive', market: 'spot', compareWith: { source: 'rest', exchange: 'KRAKEN' } }).compareWith?.exchange, 'KRAKEN');
});

test('a second source that cannot be is refused by name', () => {
  const archive = (compareWith: unknown): string => problemsOf({ source: 'archive', compareWith });
  assert.match(problemsOf({ compareWith: { source: 'archive' } }), /^compareWith: nothing else knows a simulated market, found {"source":"archive"}$/);
  assert.match(archive({ source: 'files' }), /^compareWith\.path: source files needs a path, and no other reads one, found nothing$/);
  assert.match(archive({ source: 'rest', path: 'market' }), /^compareWith\.path: .*found "market"$/);
  assert.match(archive({ source: 'archive' }), /^compareWith: expected another source than the run's own, found {"source":"archive"}$/);
  assert.match(archive({ source: 'rest', exchange: 'KRAKEN' }), /^compareWith\.exchange: KRAKEN has market spot alone, found "KRAKEN"$/);
  assert.match(archive({ source: 'archive', exchange: 'KRAKEN' }), /^compareWith\.exchange: only BINANCE has other sources than rest, found "KRAKEN"/);
  assert.match(archive({ source: 'simulator' }), /^compareWith\.source: .*found "simulator"$/);
  assert.match(archive({ source: 'rest', onDisagreement: 'ignore' }), /^compareWith\.onDisagreement: .*found "ignore"$/);
  assert.match(archive({ source: 'rest', symbol: 'BTCUSDT' }), /unknown key compareWith\.symbol/);
});
