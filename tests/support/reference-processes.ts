/** What hmmlearn and arch make of the same rows, by the pinned Python packages. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonPackages } from '../../infra/python-packages.js';
import { runCommand } from '../../infra/run-command.js';
import { cloneRoot } from './repository.js';

/** The answer of reference-processes.py to a case. */
export async function referenceProcesses<Answer>(value: object): Promise<Answer> {
  const support = join(cloneRoot(), 'tests', 'support');
  const packages = await pythonPackages(join(support, 'reference-requirements.txt'));
  const folder = await mkdtemp(join(tmpdir(), 'ares-processes-'));
  try {
    const path = join(folder, 'case.json');
    await writeFile(path, JSON.stringify(value));
    const env = { PYTHONPATH: packages, PYTHONWARNINGS: 'ignore' };
    const { stdout } = await runCommand('python3', [join(support, 'reference-processes.py'), path], { env });
    return JSON.parse(stdout) as Answer;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
