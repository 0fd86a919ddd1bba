/** Addresses: free ports, and whether something answers. */
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { withSetUpLock } from './set-up-lock.js';

const CONNECT_TIMEOUT_MS = 2000;
const PORT_ATTEMPTS = 4;
/** One a user: others' files in the shared folder could not be locked. */
const PORTS_LOCK = join(tmpdir(), `ares-ports-${userInfo().uid}`);

/** The preferred port on the loopback address if it is free, else another free one. */
export async function freePort(preferred: number): Promise<number> {
  return await getPort({ port: preferred, host: '127.0.0.1' });
}

/**
 * The result of `start`, tried again when another process took the port between its choice and its use. Stacks that start
 * together take turns: else both choose one port, and the loser's health check is answered by the winner's server.
 * @throws what `start` throws for any other reason.
 */
export async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await withSetUpLock(PORTS_LOCK, start);
    } catch (error) {
      const isTaken = error instanceof Error && /address already in use|can't set frontend port/i.test(error.message);
      if (!isTaken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

/** True when a TCP connection to `host:port` opens. */
export async function answers(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
  const standardPort = address.startsWith('https:') ? 443 : 80;
  return await new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? standardPort : Number(port), timeout: CONNECT_TIMEOUT_MS });
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket
      .once('connect', () => settle(true))
      .once('error', () => settle(false))
      .once('timeout', () => settle(false));
  });
}
