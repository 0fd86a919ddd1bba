import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloneRoot } from '../support/repository.js';

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}
interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Record<string, string>;
}
interface Lockfile {
  readonly packages: Record<string, LockedPackage>;
}

const manifest = JSON.parse(await readFile(join(cloneRoot(), 'package.json'), 'utf8')) as Manifest;
const lockfile = JSON.parse(await readFile(join(cloneRoot(), 'package-lock.json'), 'utf8')) as Lockfile;
const wanted = { ...manifest.dependencies, ...manifest.devDependencies };

test('every package is asked for at one exact version, and the lockfile holds that one', () => {
  assert.ok(Object.keys(wanted).length > 20);
  for (const [name, version] of Object.entries(wanted)) {
    assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, `${name} is asked for as ${version}`);
    assert.equal(lockfile.packages[`node_modules/${name}`]?.version, version, `${name} in package-lock.json`);
  }
});

/** What npm installs on the supported platform, Linux x64 with glibc; the lockfile lists native packages of the others too. */
function isInstalled(entry: LockedPackage): boolean {
  return (entry.os?.includes('linux') ?? true) && (entry.cpu?.includes('x64') ?? true) && !entry.libc?.includes('musl');
}

test('every package that gets installed has an integrity hash in the lockfile', () => {
  const installed = Object.entries(lockfile.packages).filter(([path, entry]) => path !== '' && isInstalled(entry));
  assert.ok(installed.length > 300);
  assert.deepEqual(
    installed.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path),
    [],
  );
});

test('the lockfile lists every optional package that a package names, so that npm ci finds it complete', () => {
  const names = Object.values(lockfile.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  assert.ok(names.length > 30);
  assert.deepEqual(
    names.filter((name) => !Object.keys(lockfile.packages).some((path) => path.endsWith(`node_modules/${name}`))),
    [],
  );
});

test('all Temporal packages are of one version, nested ones too', () => {
  const versions = Object.entries(lockfile.packages)
    .filter(([path]) => /node_modules\/@temporalio\/[^/]+$/.test(path))
    .map(([, entry]) => entry.version);
  assert.ok(versions.length >= 6);
  assert.equal(new Set(versions).size, 1, versions.join(', '));
});

test('every package we ask for stands in docs/dependencies.md', async () => {
  const text = await readFile(join(cloneRoot(), 'docs', 'dependencies.md'), 'utf8');
  assert.deepEqual(
    Object.keys(wanted).filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});
