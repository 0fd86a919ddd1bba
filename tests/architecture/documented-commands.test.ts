import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandsOf, documentedCommands, ELSEWHERE, elsewhere } from '../support/documented-commands.js';
import { cloneFiles, cloneRoot } from '../support/repository.js';

// That each command is executed somewhere is seen in tests/acceptance/documented-commands.test.ts, which executes them.

test('what is said to be executed elsewhere stands there, and no row of the table is left over', async () => {
  const commands = await documentedCommands();
  for (const row of ELSEWHERE) {
    assert.ok((await readFile(join(cloneRoot(), row.file), 'utf8')).includes(row.holds), `${row.file} holds no ${row.holds}`);
    assert.ok(
      commands.some((command) => elsewhere(command) === row),
      `no document has ${String(row.command)}`,
    );
  }
});

test('the part of the tests that a command names is there, and so is every npm script', async () => {
  const files = (await cloneFiles('tests')).filter((path) => path.endsWith('.test.ts'));
  const { scripts } = JSON.parse(await readFile(join(cloneRoot(), 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  for (const { page, text } of await documentedCommands()) {
    const part = /^npm test -- ([a-z].*)$/.exec(text)?.[1];
    if (part !== undefined)
      assert.ok(
        files.some((file) => file.includes(part)),
        `${page}: ${text}`,
      );
    const script = /^npm (?:run )?([a-z0-9:]+)/.exec(text)?.[1];
    if (script !== undefined) assert.ok(script in scripts, `${page}: ${text}`);
  }
});

test('commands are read as people read them: without comments and output, long ones whole, mentions in sentences too', () => {
  const page = [
    'Send `ares fail ID`, see `docs/x.md`.',
    '```',
    'npm start    # sets up',
    'ares skip r1 --note "of yesterday\'s run"',
    "ares run --spec '{",
    "  }'",
    '```',
    '```',
    '$ ares run',
    'InvalidSpec: x',
    '```',
    '```sh start',
    'curl a \\',
    '  b',
    '```',
    '```',
    '{"level":30}',
    '```',
  ].join('\n');
  assert.deepEqual(
    commandsOf('page.md', page).map(({ text }) => text),
    ['ares fail ID', 'npm start', 'ares skip r1 --note "of yesterday\'s run"', "ares run --spec '{\n  }'", 'ares run', 'curl a \\\n  b'],
  );
  assert.throws(() => commandsOf('page.md', '```\nmake all\n```'), /page\.md: expected a block of commands or JSON, found make all/);
});
