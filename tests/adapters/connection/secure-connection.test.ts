import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { connectWorker } from '../../../adapters/connection/index.js';
import type { CliOutcome } from '../../client/cli-world.js';
import { ares } from '../../client/cli-world.js';
import { programPath } from '../../support/programs.js';
import { startTemporalServer } from '../../support/temporal-server.js';
import type { TemporalServer } from '../../support/temporal-server.js';
import { makeAuthority, makeCertificate, startTlsProxy } from '../../support/tls-proxy.js';
import type { Certificate, TlsProxy } from '../../support/tls-proxy.js';

const KEY = 'api-key-of-the-test';

type Variables = Readonly<Record<string, string>>;

describe('a Temporal behind TLS', { concurrency: true }, () => {
  let folder: string;
  let server: TemporalServer;
  let authority: Certificate;
  let stranger: Certificate;
  let clientCertificate: Certificate;
  let certificate: Certificate;
  let open: TlsProxy;
  let mutual: TlsProxy;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ares-tls-'));
    server = await startTemporalServer();
    [authority, stranger] = [await makeAuthority(folder, 'authority'), await makeAuthority(folder, 'stranger')];
    clientCertificate = await makeCertificate(folder, 'client', authority);
    certificate = await makeCertificate(folder, 'server', authority);
    open = await startTlsProxy({ target: server.address, server: certificate });
    mutual = await startTlsProxy({ target: server.address, server: certificate, clientAuthority: authority });
  });
  after(async () => {
    await open.stop();
    await mutual.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const noFile = (): Variables => ({ TEMPORAL_CONFIG_FILE: join(folder, 'none.toml') });
  const trusting = (proxy: TlsProxy): Variables => ({ ...noFile(), TEMPORAL_ADDRESS: proxy.address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificate });
  const withClient = (): Variables => ({
    TEMPORAL_TLS_CLIENT_CERT_PATH: clientCertificate.certificate,
    TEMPORAL_TLS_CLIENT_KEY_PATH: clientCertificate.privateKey,
  });

  async function list(env: Variables): Promise<CliOutcome> {
    return ares(['list'], env);
  }
  async function connects(env: Variables): Promise<void> {
    const { exitCode, out, err } = await list(env);
    assert.equal(exitCode, 0, err);
    assert.equal(out, 'no runs\n');
    const { connection } = await connectWorker(env);
    try {
      assert.ok((await connection.workflowService.getSystemInfo({})).serverVersion);
    } finally {
      await connection.close();
    }
  }
  async function isRefused(env: Variables, pattern: RegExp): Promise<void> {
    const { exitCode, out, err } = await list(env);
    assert.equal(exitCode, 5, err);
    assert.equal(out, '');
    assert.match(err, pattern);
    assert.doesNotMatch(err, new RegExp(KEY));
    await assert.rejects(connectWorker(env), (error: Error) => error.name === 'CannotConnect' && error.message.includes(env['TEMPORAL_ADDRESS'] ?? ''));
  }

  test('client and worker connect with the authority of the server', async () => connects(trusting(open)));

  test('the settings of a profile file do the same, for the temporal CLI too', async () => {
    const path = join(folder, 'temporal.toml');
    await writeFile(
      path,
      `[profile.secure]\naddress = "${mutual.address}"\nnamespace = "default"\n[profile.secure.tls]\nserver_ca_cert_path = "${authority.certificate}"\n` +
        `client_cert_path = "${clientCertificate.certificate}"\nclient_key_path = "${clientCertificate.privateKey}"\n`,
    );
    const env = { TEMPORAL_CONFIG_FILE: path, TEMPORAL_PROFILE: 'secure' };
    await connects({ ...env, TEMPORAL_ADDRESS: '' });
    const { stdout } = await promisify(execFile)(programPath('temporal'), ['operator', 'cluster', 'health'], { env: { ...env, HOME: folder } });
    assert.match(stdout, /SERVING/);
  });

  test('a server of an authority that nobody named is refused, and the text says what to set', async () => {
    const unknown = { ...noFile(), TEMPORAL_ADDRESS: open.address, TEMPORAL_TLS: 'true' };
    await isRefused(unknown, /certificate.*TEMPORAL_TLS_SERVER_CA_CERT_PATH/s);
    await isRefused({ ...unknown, TEMPORAL_TLS_SERVER_CA_CERT_PATH: stranger.certificate }, /certificate.*TEMPORAL_TLS_SERVER_CA_CERT_PATH/s);
  });

  test('a name that the certificate does not hold is refused', async () => {
    await isRefused({ ...trusting(open), TEMPORAL_TLS_SERVER_NAME: 'elsewhere.example.org' }, /certificate|altnames/i);
  });

  test('no TLS where the server speaks it alone is refused', async () => {
    await isRefused({ ...noFile(), TEMPORAL_ADDRESS: open.address }, /cannot connect to Temporal at .*TEMPORAL_TLS/s);
  });

  test("mutual TLS takes the client certificate, and refuses whoever has none or a stranger's", async () => {
    await connects({ ...trusting(mutual), ...withClient() });
    await isRefused(trusting(mutual), /TEMPORAL_TLS_CLIENT_CERT_PATH/);
    const foreign = await makeCertificate(folder, 'foreign', stranger);
    await isRefused(
      { ...trusting(mutual), TEMPORAL_TLS_CLIENT_CERT_PATH: foreign.certificate, TEMPORAL_TLS_CLIENT_KEY_PATH: foreign.privateKey },
      /TEMPORAL_TLS_CLIENT_CERT_PATH/,
    );
  });

  test('an API key, of a variable or of a file, arrives as a bearer token with every call of client and worker; without one none arrives', async () => {
    const path = join(folder, 'key');
    await writeFile(path, `${KEY}\n`);
    for (const [env, expected] of [
      [{ TEMPORAL_API_KEY: KEY }, `Bearer ${KEY}`],
      [{ TEMPORAL_API_KEY_FILE: path }, `Bearer ${KEY}`],
      [{}, null],
    ] as const) {
      const proxy = await startTlsProxy({ target: server.address, server: certificate });
      try {
        await connects({ ...trusting(proxy), ...env });
        assert.ok(proxy.authorizations.length >= 3, `${proxy.authorizations.length} calls`);
        assert.deepEqual([...new Set(proxy.authorizations)], [expected]);
      } finally {
        await proxy.stop();
      }
    }
  });

  test('a wrong or missing API key is refused, and the text names the variable and not the key', async () => {
    const keyed = await startTlsProxy({ target: server.address, server: certificate, token: KEY });
    try {
      await connects({ ...trusting(keyed), TEMPORAL_API_KEY: KEY });
      await isRefused({ ...trusting(keyed), TEMPORAL_API_KEY: `${KEY}-no-longer` }, /refuses the API key \(TEMPORAL_API_KEY/);
      await isRefused(trusting(keyed), /refuses the API key \(TEMPORAL_API_KEY/);
    } finally {
      await keyed.stop();
    }
  });

  test('TLS towards a server that speaks none is refused, and the text says so', async () => {
    await isRefused({ ...noFile(), TEMPORAL_ADDRESS: server.address, TEMPORAL_TLS: 'true' }, /speaks no TLS/);
  });
});
