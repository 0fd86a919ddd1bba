/** A headless Chromium for tests: the one in CHROMIUM, else the system's, else installed by the system's own package manager. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const SYSTEM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Names nothing but the server of the test: no update, no sync, no first-run page. */
const QUIET = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const LAUNCH_MS = 120_000;

/** A browser; the caller closes it. @throws Error that says how to install one where none can be had */
export async function openChromium(): Promise<Browser> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: installedChromium(), args: [...QUIET, ...sandbox], timeout: LAUNCH_MS });
}

/** Path of a Chromium, installed where there is none. @throws Error that says how to install one where none can be had */
export function installedChromium(): string {
  const given = process.env['CHROMIUM'];
  if (given !== undefined && given !== '') return given;
  const found = systemChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(`no Chromium at ${SYSTEM_PATHS.join(', ')}: install it (Debian: apt-get install chromium) or name one in CHROMIUM`);
  installChromium();
  const installed = systemChromium();
  if (installed === undefined) throw new Error(`apt-get installed chromium, but it is at none of ${SYSTEM_PATHS.join(', ')}`);
  return installed;
}

function systemChromium(): string | undefined {
  return SYSTEM_PATHS.find((path) => existsSync(path));
}

/** Test files run side by side: the first one installs, the others wait for its lock and then find it. */
function installChromium(): void {
  const commands = `test -e ${SYSTEM_PATHS[0]} || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('/usr/bin/flock', [join(tmpdir(), 'ares-apt.lock'), 'sh', '-c', commands], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
