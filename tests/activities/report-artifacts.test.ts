import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSource, reportArtifacts } from '../../activities/report-artifacts.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import { parseLineageTarget } from '../../pipeline/lineage-target.js';
import type { Figure, ReportChart } from '../../pipeline/report.js';

const HASH = 'ab'.repeat(32);
const figure = (source: string): Figure => ({ section: 's', name: 'n', value: 1, unit: '', source });
const chart = (...sources: string[]): ReportChart => ({ section: 's', title: 't', xTitle: '', yTitle: '', xType: 'number', kind: 'line', series: [], sources });
const inputs = {
  ref: (step: string, name: string): ArtifactRef => ({
    name,
    uri: `s3://prefix-${step}/objects/${HASH}`,
    kind: 'table',
    schema: 'x',
    sha256: HASH,
    bytes: 9,
    rows: 3,
  }),
};

test('each artifact is listed once, in the order of the steps, figures and charts alike; a value of the plan is none', () => {
  const found = reportArtifacts(inputs, {
    figures: [figure(`saving/b@${HASH}`), figure(`data-collection/quality/2024-01-01@${HASH}`), figure(`saving/b@${HASH}`), figure('plan/priorTestOpenings')],
    charts: [chart(`monte-carlo-validation/equity@${HASH}`, `saving/b@${HASH}`)],
  });
  assert.deepEqual(
    found.map(({ step, name }) => `${step}/${name}`),
    ['data-collection/quality/2024-01-01', 'monte-carlo-validation/equity', 'saving/b'],
  );
});

test('an artifact carries its hash and the command that traces it, and no prefix of the store, so a report has the same bytes in any store', () => {
  const [found] = reportArtifacts(inputs, { figures: [figure(`saving/b@${HASH}`)], charts: [] });
  assert.equal(found?.object, `objects/${HASH}`);
  assert.doesNotMatch(JSON.stringify(found), /s3:/);
  const target = parseLineageTarget(found?.command.replace('ares lineage ', '') ?? '');
  assert.deepEqual(target, { kind: 'artifact', run: null, ...parseSource(found?.source ?? '') });
});
