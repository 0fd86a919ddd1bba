/** Native handles are freed, whether a fit ends well or throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../infra/run-command.js';

const FITS = 500;
/** A training set, a watched one as large, or a booster that stays behind holds 0.18 MB or more: those of the fits that throw alone would be over 36 MB in 400 fits. */
const BOUND_MIB = 20;

for (const library of ['lightgbm', 'xgboost']) {
  test(`${library}: ${FITS} fits, half of which throw, leave resident memory at most ${BOUND_MIB} MiB above what it was after the first hundred`, async () => {
    const script = fileURLToPath(new URL('../../support/boosting-fits.js', import.meta.url));
    const { stdout } = await runCommand(process.execPath, ['--expose-gc', script, library, String(FITS)]);
    const residentMiB = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as readonly number[];
    assert.equal(residentMiB.length, FITS / 100);
    assert.ok(Math.max(...residentMiB.slice(1)) - residentMiB[0]! < BOUND_MIB, residentMiB.map(Math.round).join(' '));
  });
}
