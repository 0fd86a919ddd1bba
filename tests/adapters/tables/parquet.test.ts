import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { sha256Hex } from '../../../adapters/object-store/index.js';
import { queryTable, readParquet, rowGroupRows, writeParquet } from '../../../adapters/tables/index.js';
import type { Table } from '../../../core/data/table.js';
import { makeTable } from '../../../core/data/table.js';
import { InvalidData } from '../../../core/errors.js';

/** Of a table of five columns. */
const ROW_GROUP_ROWS = rowGroupRows(5);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ares-tables-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

/** Rows enough for more than two row groups, of every column type. */
function bigTable(rows: number): Table {
  const [timeMs, value, count, flag] = [new Float64Array(rows), new Float64Array(rows), new Int32Array(rows), new Uint8Array(rows)];
  const text: string[] = [];
  for (let i = 0; i < rows; i++) {
    timeMs[i] = 1_700_000_000_000 + i * 977;
    value[i] = i % 101 === 0 ? Number.NaN : Math.sin(i) * 1e5;
    count[i] = ((i * 7919) % 1000) - 500;
    flag[i] = (i >> 3) & 1;
    text.push(['train', 'calibration', 'selection', 'test'][i % 4]!);
  }
  return makeTable({ timeMs, value, count, flag, text });
}

describe('Parquet round trip', () => {
  test('every column type, NaN, negative zero and missing times come back as they were', async () => {
    const table = makeTable({
      timeMs: Float64Array.of(0, 1_747_000_000_123, Number.NaN, -5),
      value: Float64Array.of(Number.NaN, -0, 5e-324, Number.MAX_VALUE),
      count: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, 7),
      flag: Uint8Array.of(0, 1, 1, 0),
      text: ['', "it's", 'ünïcødé "quoted"', 'a longer text than twelve bytes'],
    });
    const path = join(folder, "odd 'name'.parquet");
    await writeParquet(table, path);
    const back = await readParquet(path);
    assert.deepEqual(back, table);
    assert.ok(Object.is((back.columns['value'] as Float64Array)[1], -0));
  });

  test('a table without rows keeps its columns and types', async () => {
    const table = makeTable({ timeMs: new Float64Array(0), count: new Int32Array(0), flag: new Uint8Array(0), text: [] });
    await writeParquet(table, join(folder, 'empty.parquet'));
    assert.deepEqual(await readParquet(join(folder, 'empty.parquet')), table);
  });

  test('any finite or NaN doubles and any text survive', async () => {
    const rows = fc.array(fc.tuple(fc.double({ noDefaultInfinity: true }), fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean()), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(rows, async (found) => {
        const table = makeTable({
          x: Float64Array.from(found, (row) => row[0]),
          t: found.map((row) => row[1]),
          n: Int32Array.from(found, (row) => row[2]),
          b: Uint8Array.from(found, (row) => Number(row[3])),
        });
        await writeParquet(table, join(folder, 'any.parquet'));
        assert.deepEqual(await readParquet(join(folder, 'any.parquet')), table);
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  test('columns can be chosen, in the order asked for', async () => {
    await writeParquet(bigTable(5), join(folder, 'five.parquet'));
    assert.deepEqual(Object.keys((await readParquet(join(folder, 'five.parquet'), { columns: ['text', 'timeMs'] })).columns), ['text', 'timeMs']);
    await assert.rejects(
      readParquet(join(folder, 'five.parquet'), { columns: ['absent'] }),
      (error) => error instanceof InvalidData && error.message.includes('absent'),
    );
  });

  test('the bytes are the same at 1, 2 and 4 threads, and again', async () => {
    const table = bigTable(2 * ROW_GROUP_ROWS + 1000);
    const hashes: string[] = [];
    for (const threads of [1, 2, 4, 4, 2]) {
      await writeParquet(table, join(folder, 'threads.parquet'), { threads });
      hashes.push(sha256Hex(await readFile(join(folder, 'threads.parquet'))));
    }
    assert.equal(new Set(hashes).size, 1);
    for (const threads of [1, 4]) assert.deepEqual(await readParquet(join(folder, 'threads.parquet'), { threads }), table);
  });

  test('times are BIGINT, booleans BOOLEAN, row groups fixed and pages zstd in the file', async () => {
    await writeParquet(bigTable(ROW_GROUP_ROWS + 1), join(folder, 'types.parquet'));
    const types = await queryTable(`SELECT name, coalesce(type, '') AS type FROM parquet_schema('${join(folder, 'types.parquet')}')`);
    assert.deepEqual((types.columns['type'] as string[]).slice(1), ['INT64', 'DOUBLE', 'INT32', 'BOOLEAN', 'BYTE_ARRAY']);
    const pages = await queryTable(`SELECT DISTINCT compression, row_group_num_rows FROM parquet_metadata('${join(folder, 'types.parquet')}') ORDER BY 2 DESC`);
    assert.deepEqual(pages.columns, { compression: ['ZSTD', 'ZSTD'], row_group_num_rows: Float64Array.of(ROW_GROUP_ROWS, 1) });
  });

  test('a row group holds 3 MiB of doubles, a chunk at the least: it follows from the number of columns alone', async () => {
    assert.deepEqual([1, 4, 5, 20, 48, 49, 199, 1000].map(rowGroupRows), [122_880, 98_304, 77_824, 18_432, 8192, 7680, 1536, 512]);
    const wide = makeTable(
      Object.fromEntries(Array.from({ length: 199 }, (_, c) => [`c${c}`, Float64Array.from({ length: 5000 }, (_x, i) => Math.sin(c + i))])),
    );
    const path = join(folder, 'wide.parquet');
    await writeParquet(wide, path);
    const groups = await queryTable(`SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata('${path}') ORDER BY 1`);
    assert.deepEqual(groups.columns['row_group_num_rows'], Float64Array.of(1536, 1536, 1536, 392));
    assert.deepEqual(await readParquet(path), wide);
  });

  test('tables written and read at the same time, on one thread and on four, come out as those written alone', async () => {
    const made = Array.from({ length: 12 }, (_, k) =>
      makeTable({ timeMs: Float64Array.from({ length: 3000 * k }, (_x, i) => i), [`x${k}`]: new Int32Array(3000 * k).fill(k) }),
    );
    await Promise.all(
      made.map(async (table, k) => {
        const path = join(folder, `beside-${k}.parquet`);
        const threads = k % 2 === 0 ? 1 : 4;
        await writeParquet(table, path, { threads });
        assert.deepEqual(await readParquet(path, { threads }), table);
      }),
    );
    await writeParquet(made[7]!, join(folder, 'alone.parquet'));
    assert.deepEqual(await readFile(join(folder, 'alone.parquet')), await readFile(join(folder, 'beside-7.parquet')));
  });

  test('columns whose names differ by case alone are refused, odd names come back', async () => {
    const path = join(folder, 'names.parquet');
    await assert.rejects(writeParquet(makeTable({ a: new Float64Array(1), A: new Float64Array(1) }), path), InvalidData);
    const odd = makeTable({ 'close:ETH "USDT"': Float64Array.of(1), 'select ;': Float64Array.of(2) });
    await writeParquet(odd, path);
    assert.deepEqual(await readParquet(path), odd);
  });

  test('NaN of any bit pattern gives the same bytes', async () => {
    const words = new Uint32Array([0, 0x7ff80000, 1, 0xfff80000]);
    const path = join(folder, 'nan.parquet');
    await writeParquet(makeTable({ x: new Float64Array(words.buffer) }), path);
    const found = sha256Hex(await readFile(path));
    await writeParquet(makeTable({ x: Float64Array.of(Number.NaN, Number.NaN) }), path);
    assert.equal(sha256Hex(await readFile(path)), found);
  });
});

describe('refused tables and files', () => {
  const refused = async (table: Table, part: string): Promise<void> => {
    await assert.rejects(writeParquet(table, join(folder, 'refused.parquet')), (error) => error instanceof InvalidData && error.message.includes(part));
  };

  test('a fraction of a millisecond, an infinite time, a boolean of 2 and a table without columns', async () => {
    await refused(makeTable({ timeMs: Float64Array.of(1, 1.5) }), 'found 1.5 in row 1');
    await refused(makeTable({ timeMs: Float64Array.of(Number.POSITIVE_INFINITY) }), 'found Infinity in row 0');
    await refused(makeTable({ flag: Uint8Array.of(2) }), 'found 2 in row 0');
    await refused(makeTable({}), 'found none');
  });

  test('a damaged file, a truncated one and one that is not there name the path', async () => {
    const path = join(folder, 'whole.parquet');
    await writeParquet(bigTable(1000), path);
    const bytes = await readFile(path);
    for (const [name, content] of [
      ['truncated', bytes.subarray(0, bytes.length - 20)],
      ['text', Buffer.from('open,high,low\n')],
    ] as const) {
      const damaged = join(folder, name);
      await writeFile(damaged, content);
      await assert.rejects(readParquet(damaged), (error) => error instanceof InvalidData && error.message.includes(damaged));
    }
    await assert.rejects(readParquet(join(folder, 'absent.parquet')), (error) => error instanceof InvalidData && error.message.includes('absent.parquet'));
  });

  test('NULL is NaN in a number column and refused in text, integer and boolean columns', async () => {
    const numbers = await queryTable('SELECT * FROM (VALUES (1.5::DOUBLE, 7::BIGINT), (NULL, NULL)) v(x, n)');
    assert.deepEqual(numbers.columns, { x: Float64Array.of(1.5, Number.NaN), n: Float64Array.of(7, Number.NaN) });
    for (const type of ['VARCHAR', 'INTEGER', 'BOOLEAN']) {
      await assert.rejects(
        queryTable(`SELECT * FROM (VALUES (NULL::${type}), (NULL)) v(c)`),
        (error) => error instanceof InvalidData && error.message.includes('column c, found NULL'),
      );
    }
    await assert.rejects(queryTable("SELECT DATE '2024-01-01' AS d"), (error) => error instanceof InvalidData && error.message.includes('type DATE'));
  });

  test('a full disk is DiskFull', async (t) => {
    const small = join(folder, 'small-disk');
    await mkdir(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small], { stdio: 'pipe' });
    } catch (error) {
      t.skip(`no tmpfs can be mounted here: ${(error as Error).message.split('\n')[0]}`);
      return;
    }
    try {
      await assert.rejects(writeParquet(bigTable(300_000), join(small, 'big.parquet')), { name: 'DiskFull' });
    } finally {
      execFileSync('umount', [small]);
    }
  });

  test('a query that cannot keep to its memory limit is OutOfMemory', async () => {
    const path = join(folder, 'memory.parquet');
    await writeParquet(bigTable(200_000), path);
    const sql = `SELECT CAST(sum(len(l)) AS DOUBLE) AS n FROM (SELECT list(value) AS l FROM read_parquet('${path}'), range(40))`;
    await assert.rejects(
      queryTable(sql, { threads: 1, memoryLimitMiB: 32, subject: 'the list' }),
      (error: Error) => error.name === 'OutOfMemory' && error.message.includes('the list'),
    );
    assert.deepEqual((await queryTable(sql, { threads: 1, memoryLimitMiB: 1024 })).columns, { n: Float64Array.of(8_000_000) });
  });
});
