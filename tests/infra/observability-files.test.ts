import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { cloneRoot } from '../support/repository.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const read = async (path: string): Promise<string> => readFile(join(cloneRoot(), path), 'utf8');
const rules = (parse(await read('infra/observability/alert-rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(await read('infra/observability/grafana/dashboards/ares.json')) as {
  panels: { id: number; title: string; datasource: { uid: string }; targets: { expr: string }[] }[];
};

test('Prometheus is told of the rules, and every alert is explained in the docs', async () => {
  const prometheus = parse(await read('infra/observability/prometheus.yml')) as { rule_files: string[]; scrape_configs: { job_name: string }[] };
  assert.deepEqual(prometheus.rule_files, ['alert-rules.yml']);
  const docs = await read('docs/observability.md');
  assert.ok(rules.length >= 12);
  assert.deepEqual(
    rules.filter((rule) => !docs.includes(rule.alert)).map((rule) => rule.alert),
    [],
  );
  // The rule on lost workers names the job of the scrape.
  assert.ok(rules.some((rule) => rule.expr.includes(`job="${prometheus.scrape_configs[0]?.job_name}"`)));
});

test('a rule has a name of its own, a severity, a summary and a time that Prometheus reads', () => {
  assert.equal(new Set(rules.map((rule) => rule.alert)).size, rules.length);
  for (const rule of rules) {
    assert.match(rule.alert, /^Ares[A-Za-z]+$/);
    assert.ok(['warning', 'critical'].includes(rule.labels.severity), rule.alert);
    assert.ok(rule.annotations.summary.length > 10, rule.alert);
    assert.match(rule.for ?? '0s', /^\d+[smhd]$/);
  }
});

test('brackets of every expression are closed in order', () => {
  const expressions = [...rules.map((rule) => rule.expr), ...dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr))];
  for (const expression of expressions) {
    const open: string[] = [];
    for (const sign of expression.replace(/"[^"]*"/g, '').replace(/[^()[\]{}]/g, '')) {
      if ('([{'.includes(sign)) open.push(sign);
      else assert.equal(`${open.pop()}${sign}`.replace(/\(\)|\[\]|\{\}/, ''), '', expression);
    }
    assert.deepEqual(open, [], expression);
  }
});

test('each panel has an id of its own and reads the provisioned data source', async () => {
  const { datasources } = parse(await read('infra/observability/grafana/provisioning/datasources/prometheus.yml')) as { datasources: { uid: string }[] };
  assert.equal(new Set(dashboard.panels.map((panel) => panel.id)).size, dashboard.panels.length);
  for (const panel of dashboard.panels) assert.equal(panel.datasource.uid, datasources[0]?.uid, panel.title);
});
