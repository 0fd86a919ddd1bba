import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeParquet } from '../../adapters/tables/index.js';
import type { Table } from '../../core/data/table.js';
import { makeTable } from '../../core/data/table.js';
import type { ArtifactRef } from '../../pipeline/artifacts.js';
import { firstDifference } from '../../worker/first-difference.js';

const folder = await mkdtemp(join(tmpdir(), 'ares-difference-'));
after(async () => rm(folder, { recursive: true }));
let files = 0;

/** Local files stand for copies: the address is the path. */
const copies = { getToCache: async ({ uri }: { uri: string }) => uri };

function ref(uri: string): ArtifactRef {
  return { name: 'a', uri, kind: 'json', schema: 'x', sha256: '0'.repeat(64), bytes: 1 };
}

async function file(content: string | Uint8Array): Promise<ArtifactRef> {
  const path = join(folder, `${files++}`);
  await writeFile(path, content);
  return ref(path);
}

async function parquet(table: Table): Promise<ArtifactRef> {
  const path = join(folder, `${files++}`);
  await writeParquet(table, path);
  return ref(path);
}

const TABLE = makeTable({ timeMs: Float64Array.of(1, 2, 3), close: Float64Array.of(10, Number.NaN, 12), side: Int32Array.of(1, -1, 1), name: ['a', 'b', 'c'] });
const between = async (left: Promise<ArtifactRef>, right: Promise<ArtifactRef>): Promise<string> => firstDifference(copies, await left, await right);

test('of tables, the first row and in it the first column are named with both values; missing values equal each other', async () => {
  const changed = makeTable({ ...TABLE.columns, close: Float64Array.of(10, Number.NaN, 12.5), name: ['a', 'x', 'c'] });
  assert.equal(await between(parquet(TABLE), parquet(changed)), 'row 1, column name: recorded "b", recomputed "x"');
  const last = makeTable({ ...TABLE.columns, close: Float64Array.of(10, Number.NaN, 12.000000000000002) });
  assert.equal(await between(parquet(TABLE), parquet(last)), 'row 2, column close: recorded 12, recomputed 12.000000000000002');
  const known = makeTable({ ...TABLE.columns, close: Float64Array.of(10, 11, 12) });
  assert.equal(await between(parquet(TABLE), parquet(known)), 'row 1, column close: recorded NaN, recomputed 11');
});

test('other columns and other row counts of tables are said', async () => {
  const { name: _name, ...fewer } = TABLE.columns;
  assert.equal(await between(parquet(TABLE), parquet(makeTable(fewer))), 'columns: recorded timeMs, close, side, name; recomputed timeMs, close, side');
  const shorter = makeTable({ timeMs: Float64Array.of(1), close: Float64Array.of(10), side: Int32Array.of(1), name: ['a'] });
  assert.equal(await between(parquet(TABLE), parquet(shorter)), 'rows: recorded 3, recomputed 1, equal as far as both go');
});

test('of JSON, the first path is named, through lists of objects too', async () => {
  const base = {
    a: 1,
    list: [
      { id: 'x', score: 0.5 },
      { id: 'y', score: 0.25 },
    ],
  };
  const changed = {
    a: 1,
    list: [
      { id: 'x', score: 0.5 },
      { id: 'y', score: 0.75 },
    ],
  };
  assert.equal(await between(file(JSON.stringify(base)), file(JSON.stringify(changed))), 'list.1.score: recorded 0.25, recomputed 0.75');
  assert.equal(await between(file('{"a":[1,2]}'), file('{"a":[1,2,3]}')), 'a: recorded 2 entries, recomputed 3');
  assert.equal(await between(file('{"a":1}'), file('{"b":1}')), 'a: recorded 1, recomputed nothing');
  assert.equal(await between(file('[1]'), file('[2]')), '0: recorded 1, recomputed 2');
});

test('of other bytes, the first offset is named; a cut-off table is said to be unreadable', async () => {
  assert.equal(await between(file('abcdef'), file('abcxef')), 'byte 3: recorded 100 of 6 bytes, recomputed 120 of 6');
  assert.equal(await between(file('abc'), file('abcd')), 'byte 3: recorded the end of 3 bytes, recomputed 100 of 4');
  const whole = await parquet(TABLE);
  const bytes = await readFile(whole.uri);
  assert.match(await between(file(bytes.subarray(0, bytes.length - 20)), Promise.resolve(whole)), /no readable table .*; byte \d+: recorded the end of/);
});
