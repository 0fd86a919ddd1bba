/**
 * The way in from a bare clone: checks this machine, installs packages, builds, then hands over to the built command.
 * Node's built-in modules only. Everything it says goes to stderr.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCE_FOLDERS = ['core', 'pipeline', 'adapters', 'activities', 'workflows', 'worker', 'client', 'infra', 'tests', 'bench'];
const OLDEST_NODE = [20, 19];
const NEWEST_NODE_MAJOR = 24;
const LOCK_POLL_MS = 250;
const PARENT_POLL_MS = 300;

/** Verb to built script. */
const VERBS = {
  start: 'infra/start.js',
  stack: 'infra/stack.js',
  test: 'infra/test.js',
  bench: 'infra/bench.js',
  'test-faults': 'infra/test-faults.js',
  build: null,
  'test-on-newest-node': 'infra/test-on-newest-node.js',
};

/** @param {string} line */
function say(line) {
  process.stderr.write(`ares: ${line}\n`);
}

/**
 * @param {string} reason
 * @returns {never}
 */
function refuse(reason) {
  say(reason);
  process.exit(1);
}

function checkMachine() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOldEnough = major > Number(OLDEST_NODE[0]) || (major === OLDEST_NODE[0] && minor >= Number(OLDEST_NODE[1]));
  if (!isOldEnough || major > NEWEST_NODE_MAJOR) refuse(`expected Node ${OLDEST_NODE.join('.')} up to ${NEWEST_NODE_MAJOR}, found ${process.versions.node}`);
  if (process.platform !== 'linux' || process.arch !== 'x64')
    refuse(`expected Linux on x64 (the only one tested), found ${process.platform} on ${process.arch}`);
  const header = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport()).header;
  if (header.glibcVersionRuntime === undefined) refuse('expected a Linux with glibc, found another C library: the native libraries are built for glibc');
}

/**
 * Runs the work while no other bootstrap of this clone does; a lock whose holder is gone is taken over.
 * @param {() => void} work
 */
async function withLock(work) {
  const folder = join(
    process.env['XDG_RUNTIME_DIR'] ?? tmpdir(),
    `ares-bootstrap-${createHash('sha256').update(`${homedir()}:${ROOT}`).digest('hex').slice(0, 16)}`,
  );
  const holder = join(folder, 'pid');
  for (let isTold = false; ; isTold = true) {
    try {
      mkdirSync(folder);
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    if (isAbandoned(folder, holder)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (!isTold) say(`another command is installing or building in ${ROOT}; waiting for it`);
    await sleep(LOCK_POLL_MS);
  }
  try {
    writeFileSync(holder, String(process.pid));
    work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {string} holder
 */
function isAbandoned(folder, holder) {
  try {
    if (!existsSync(holder)) return Date.now() - statSync(folder).mtimeMs > 5000;
    process.kill(Number(readFileSync(holder, 'utf8')), 0);
    return false;
  } catch (error) {
    return ['ESRCH', 'ENOENT'].includes(String(/** @type {NodeJS.ErrnoException} */ (error).code));
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function runOrRefuse(command, args) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (result.error !== undefined) refuse(`could not run ${command}: ${result.error.message}`);
  if (result.status !== 0) refuse(`${[command, ...args].join(' ')} ended with ${result.status === null ? result.signal : `code ${result.status}`}`);
}

function installPackages() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  const isCurrent = existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
  if (isCurrent) return;
  say('installing packages (npm ci)');
  runOrRefuse('npm', ['ci', '--no-progress', '--loglevel=error']);
  const now = new Date();
  utimesSync(installed, now, now);
}

/** Paths, sizes and times of everything that the build reads. */
function sourceFingerprint() {
  const hash = createHash('sha256');
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'].map((name) => join(ROOT, name));
  for (const folder of SOURCE_FOLDERS) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && /\.(ts|mjs|json|eta)$/.test(entry.name)) files.push(join(entry.parentPath, entry.name));
    }
  }
  for (const file of files.sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(ROOT, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function build() {
  const stamp = join(ROOT, 'dist', '.built');
  const fingerprint = sourceFingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return;
  say('building (tsc -b)');
  rmSync(stamp, { force: true });
  runOrRefuse(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  runOrRefuse(process.execPath, [join('dist', 'infra', 'code-hashes.js')]);
  writeFileSync(stamp, fingerprint);
}

/**
 * npm starts us through a shell, which a SIGTERM ends without telling us: that we have another parent then is all there is to see.
 * @param {() => void} onGone
 */
function watchParent(onGone) {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, PARENT_POLL_MS);
  timer.unref();
}

/**
 * Runs a built script in this terminal; signals reach it too, and its exit code becomes ours.
 * @param {string} script
 * @param {string[]} args
 */
async function handOver(script, args) {
  const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, 'dist', script), ...args], { stdio: 'inherit' });
  for (const name of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(name, () => child.kill(name));
  watchParent(() => child.kill('SIGTERM'));
  // A terminal sends Ctrl-C to the child as well: it ends in its own time, and we with it.
  process.on('SIGINT', () => undefined);
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
      resolve(undefined);
    });
  });
}

const [verb = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(VERBS, verb)) refuse(`expected one of ${Object.keys(VERBS).join(', ')}, found '${verb}'`);
checkMachine();
await withLock(() => {
  installPackages();
  build();
});
const script = VERBS[/** @type {keyof typeof VERBS} */ (verb)];
if (script !== null) await handOver(script, args);
