import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { cloneFiles, cloneRoot } from '../support/repository.js';

const root = cloneRoot();
const documents = (await cloneFiles()).filter((path) => path.endsWith('.md'));

/** Targets of links and images in Markdown, code blocks left out. */
function linkTargets(markdown: string): string[] {
  const prose = markdown.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map((match) => String(match[1]));
}

/** Anchor of a heading as code hosts make it. */
function anchors(markdown: string): Set<string> {
  const headings = [...markdown.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ +(.+)$/gm)].map((match) => String(match[1]));
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('there are documents, the README among them', () => {
  assert.ok(documents.includes('README.md'));
});

test('every link in a document leads to a file of this clone, and to a heading that is there', async () => {
  const broken: string[] = [];
  for (const document of documents) {
    for (const target of linkTargets(await readFile(join(root, document), 'utf8'))) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : normalize(join(dirname(document), path));
      const isThere = existsSync(join(root, file)) && (anchor === undefined || anchors(await readFile(join(root, file), 'utf8')).has(anchor));
      if (!isThere) broken.push(`${document}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('a link to a file that is not there is seen', () => {
  assert.deepEqual(linkTargets('a [b](docs/none.md#x) `[c](d.md)`\n```\n[e](f.md)\n```\n![g](h.png "i")'), ['docs/none.md#x', 'h.png']);
  assert.deepEqual([...anchors('# One: two-three\n## `x` (y)')], ['one-two-three', 'x-y']);
});
