import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeReportRenderer } from '../../../adapters/report/index.js';
import { sampleReport } from './sample-report.js';

const renderer = makeReportRenderer();

test('the page of one report has the same bytes every time, also when two are rendered at once', async () => {
  const report = sampleReport();
  const [first, second] = await Promise.all([renderer.renderHtml(report), renderer.renderHtml(report)]);
  assert.equal(first, second);
  assert.equal(await renderer.renderHtml(report), first);
});

test('every figure stands in the page with its exact value and its source', async () => {
  const report = sampleReport();
  const html = await renderer.renderHtml(report);
  const shown = [...html.matchAll(/data-value="([^"]*)"/g)].map((match) => (match[1] === '' ? null : Number(match[1])));
  const sections = [...new Set(report.figures.map((figure) => figure.section))];
  assert.deepEqual(
    shown,
    sections.flatMap((section) => report.figures.filter((figure) => figure.section === section).map((figure) => figure.value)),
  );
  for (const figure of report.figures) assert.ok(html.includes(`title="${figure.source}"`), figure.source);
});

test('simulated data is said at the top, before the first figure', async () => {
  const html = await renderer.renderHtml(sampleReport());
  assert.ok(html.indexOf('Simulated data') > 0 && html.indexOf('Simulated data') < html.indexOf('data-value'));
  assert.doesNotMatch(await renderer.renderHtml({ ...sampleReport(), synthetic: false, dataKind: 'BINANCE' }), /Simulated data/);
});

test('what was too little to tell is listed with its fallback', async () => {
  assert.match(await renderer.renderHtml(sampleReport()), /Too little data to tell[\s\S]*identity \(effective sample 12\.4 below 30\)/);
});

test('the page needs nothing from outside and runs no script', async () => {
  const html = await renderer.renderHtml(sampleReport());
  assert.doesNotMatch(html, /<script|<link|<img|src=|url\(http|@import/i);
  assert.match(html, /gap &#60;script&#62;/);
});

test('each chart is an SVG with a label, and no id appears twice', async () => {
  const report = sampleReport();
  const html = await renderer.renderHtml(report);
  assert.equal([...html.matchAll(/<svg /g)].length, report.charts.length);
  for (const chart of report.charts) assert.ok(html.includes(`aria-label="${chart.title}"`));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  assert.equal(new Set(ids).size, ids.length);
});
