/** Addresses: free ports, and whether something answers. */
import { connect } from 'node:net';
import getPort from 'get-port';

const CONNECT_TIMEOUT_MS = 2000;

/** The preferred port on the loopback address if it is free, else another free one. */
export async function freePort(preferred: number): Promise<number> {
  return await getPort({ port: preferred, host: '127.0.0.1' });
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
    socket.once('connect', () => settle(true)).once('error', () => settle(false)).once('timeout', () => settle(false));
  });
}
