/**
 * An operator with a browser and nothing else: real Temporal Web UI, server, store, worker and steps; the store's faults
 * are put in by a proxy. `ARES_PICTURES=FOLDER` keeps what the operator saw.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openLane } from '../faults/fault-lane.js';
import type { Lane } from '../faults/fault-lane.js';
import { FAULT_SPEC } from '../faults/fault-spec.js';
import { until } from '../faults/until.js';
import type { RunSpecInput } from '../../pipeline/config.js';
import { openChromium } from '../support/chromium.js';
import { startS3Server } from '../support/s3-server.js';
import type { TestS3Server } from '../support/s3-server.js';

const STEP = 'analyst-ensemble-creation';
/** The store refuses to take this step's result; nothing else is touched. */
const REFUSED = new RegExp(`/manifests/${STEP}/`);
const WAIT_MS = 60_000;

let s3: TestS3Server;
let lane: Lane;
let browser: Browser;

before(async () => {
  s3 = await startS3Server();
  lane = await openLane({ name: 'web-ui', s3: s3.env });
  await lane.startWorker();
  browser = await openChromium();
});
after(async () => {
  await browser.close();
  await lane.close();
  await s3.stop();
});

test('a Blocked run is found by its search attribute, its details are read, retryStep is sent from the UI, and the run completes', async () => {
  await runUntilRefused('parked-run', { ...FAULT_SPEC, stepAttempts: 1 });
  const page = await openPage(`workflows?query=${encodeURIComponent('RunState="Blocked"')}`);
  const link = page.getByRole('link', { name: 'parked-run', exact: true });
  await link.waitFor();
  await picture(page, 'blocked-run-found');
  await link.click();
  await page.getByText('User Metadata').click();
  const details = page.frameLocator('iframe').locator('body');
  await details.getByText(`Blocked at ${STEP}`).first().waitFor();
  await picture(page, 'blocked-run-details');
  const text = (await details.textContent()) ?? '';
  assert.match(text, /StoreUnavailable/);
  const answer = new RegExp(`\\{"step":"${STEP}","attempt":\\d+\\}`).exec(text)?.[0];
  assert.ok(answer, `the details name no answer: ${text}`);
  lane.proxy.setRule(() => 'pass');
  await page.getByRole('button', { name: 'More Actions' }).first().click();
  await page.getByRole('menuitem', { name: 'Send an Update' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByTestId('update-select-button').click();
  await dialog.getByRole('option', { name: /^retryStep/ }).click();
  await dialog.getByRole('textbox').last().click();
  await page.keyboard.insertText(answer);
  // The page lays the text out anew when its field loses the focus, and its buttons move.
  await dialog.getByTestId('update-id').focus();
  await picture(page, 'retry-step-sent');
  await dialog.getByTestId('confirm-modal-button').click();
  await until('the run goes on', async () => (await lane.status('parked-run')).state !== 'Blocked');
  assert.equal((await lane.result('parked-run')).state, 'Succeeded');
  await page.getByText('Completed', { exact: true }).first().waitFor();
  await picture(page, 'blocked-run-completed');
});

test('a Failed run that is Reset in the UI at the event that its failure names completes', async () => {
  await runUntilRefused('failed-run', { ...FAULT_SPEC, seed: 8, stepAttempts: 1, onStepFailure: 'fail' });
  await assert.rejects(lane.result('failed-run'));
  lane.proxy.setRule(() => 'pass');
  const finished = (await lane.sideLog()).filter((entry) => entry.event === 'done');
  const page = await openPage('workflows/failed-run');
  const failure = page.getByText(/Reset to event \d+/).first();
  const event = /Reset to event (\d+)/.exec((await failure.textContent()) ?? '')?.[1];
  await picture(page, 'failed-run');
  await page.getByRole('button', { name: 'Reset', exact: true }).first().click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByTestId('workflow-reset-event-id-select-button').click();
  await dialog.getByRole('option', { name: new RegExp(`^${event} - `) }).click();
  await dialog.getByTestId('reset-reason').fill('the store answers again');
  await picture(page, 'failed-run-reset');
  const resetMs = Date.now();
  await dialog.getByTestId('confirm-modal-button').click();
  await page.getByText('This Workflow has been reset').waitFor();
  await page.getByRole('link', { name: 'here' }).click();
  assert.equal((await lane.result('failed-run')).state, 'Succeeded');
  await page.getByText('Completed', { exact: true }).first().waitFor();
  await picture(page, 'failed-run-completed');
  const keys = new Set(finished.map((entry) => entry.key));
  const again = (await lane.sideLog()).filter((entry) => entry.event === 'start' && entry.timeMs >= resetMs);
  assert.ok(again.some((entry) => entry.step === STEP));
  assert.deepEqual(
    again.filter((entry) => keys.has(entry.key)).map((entry) => entry.step),
    [],
  );
});

/** Starts a run while the store refuses the step's result, and returns once the run has stopped there. */
async function runUntilRefused(workflowId: string, spec: RunSpecInput): Promise<void> {
  lane.proxy.setRule(({ method, path }) => (method === 'PUT' && REFUSED.test(path) ? 'unavailable' : 'pass'));
  await lane.start(workflowId, spec);
  await until(`${workflowId} stops at ${STEP}`, async () => ['Blocked', 'Failed'].includes((await lane.status(workflowId)).state));
}

async function openPage(path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(`${lane.temporal.ui}/namespaces/default/${path}`);
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['ARES_PICTURES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
