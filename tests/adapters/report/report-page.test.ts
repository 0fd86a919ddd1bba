import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { makeReportRenderer } from '../../../adapters/report/index.js';
import { openChromium } from '../../support/chromium.js';
import { sampleReport } from './sample-report.js';

const report = sampleReport();
let folder = '';
let browser: Browser;
let page: Page;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-report-'));
  const path = join(folder, 'report.html');
  await writeFile(path, await makeReportRenderer().renderHtml(report));
  browser = await openChromium();
  page = await browser.newPage();
  await page.goto(pathToFileURL(path).href);
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

test('the value of every figure leads by a click to the panel of the artifact that it was read from', async () => {
  for (const summary of await page.locator('section:not(#lineage) details > summary').all()) await summary.click();
  const links = page.locator('td[data-value] > a');
  assert.equal(await links.count(), report.figures.length);
  const sections = [...new Set(report.figures.map((figure) => figure.section))];
  const figures = sections.flatMap((section) => report.figures.filter((figure) => figure.section === section));
  for (const [index, figure] of figures.entries()) {
    const panel = page.locator((await links.nth(index).getAttribute('href')) ?? 'none');
    assert.equal(await panel.getAttribute('data-source'), figure.source, figure.name);
  }
});

test('a clicked value opens the panel over the page, with step, name, sha256, object and command; closing it leads back to the list', async () => {
  const figure = report.figures[1]!;
  const artifact = report.artifacts.find(({ source }) => source === figure.source)!;
  await page.locator(`td[data-name="${figure.name}"] > a`).click();
  const panel = page.locator('aside.artifact:target');
  const [box, viewport] = [await panel.boundingBox(), page.viewportSize()];
  assert.ok(box !== null && viewport !== null && Math.abs(box.y + box.height - viewport.height) < 2, 'it stands at the foot of the window');
  assert.equal(await panel.locator('h3').textContent(), `${artifact.step}/${artifact.name}`);
  assert.equal(await panel.locator('dd.sha256').textContent(), artifact.sha256);
  const text = (await panel.textContent()) ?? '';
  for (const part of [artifact.object, artifact.command, `${artifact.bytes} bytes`, `${artifact.rows} rows`]) assert.ok(text.includes(part), part);
  await panel.getByLabel('close').click();
  assert.equal(await page.locator('aside.artifact:target').count(), 0);
});

test('a chart leads to the artifacts of its points', async () => {
  for (const [index, chart] of report.charts.entries()) {
    const found = await page.locator('figure').nth(index).locator('p.source a').all();
    const panels = await Promise.all(found.map(async (link) => page.locator((await link.getAttribute('href')) ?? 'none').getAttribute('data-source')));
    assert.deepEqual(panels, chart.sources, chart.title);
  }
});

test('a value that was read from no artifact says where it stands', async () => {
  await page.locator('td[data-name="models scored"] > a').click();
  assert.match((await page.locator('aside.artifact:target').textContent()) ?? '', /A value of the run.s plan.*runs\/<workflow id>\/index\.json/s);
});
