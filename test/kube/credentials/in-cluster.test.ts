import { describe, expect, it } from '@jest/globals';
import { inClusterConnection, serviceAccountFolder } from '../../../src/kube/credentials/in-cluster.ts';
import { FakeClock } from '../fake-clock.ts';

const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

/** The mounted files, which a test may change, and how often each was read. */
function mountedFiles(files: Record<string, string | Error>) {
  const reads: string[] = [];
  const readFile = (path: string): Promise<string> => {
    reads.push(path);
    const content = files[path.replace(`${serviceAccountFolder}/`, '')] ?? new Error(`ENOENT: ${path}`);
    return content instanceof Error ? Promise.reject(content) : Promise.resolve(content);
  };
  return { files, reads, readFile };
}

function connect(files: Record<string, string | Error> = { token: 'token-1\n', 'ca.crt': 'CA 1' }) {
  const mounted = mountedFiles(files);
  const clock = new FakeClock();
  return { ...mounted, clock, connection: inClusterConnection(env, mounted.readFile, clock) };
}

describe('inClusterConnection', () => {
  it.each([
    { name: 'an IPv4 address', host: '10.96.0.1', href: 'https://10.96.0.1/' },
    { name: 'an IPv6 address', host: 'fd00::1', href: 'https://[fd00::1]/' },
    { name: 'a name', host: 'kubernetes.default', href: 'https://kubernetes.default/' },
  ])('reaches the API server at $name', ({ host, href }) => {
    const connection = inClusterConnection({ ...env, KUBERNETES_SERVICE_HOST: host });

    expect(connection.server.href).toBe(href);
  });

  it('says what to do outside a cluster', () => {
    expect(() => inClusterConnection({})).toThrow('run this in a pod, or give a kubeconfig');
  });

  it('sends the token without the line end of its file', async () => {
    const { connection } = connect();

    const { headers, tls } = await connection.credentials({ refresh: false });

    expect(headers).toEqual({ Authorization: 'Bearer token-1' });
    expect(tls).toEqual({ ca: 'CA 1', insecureSkipVerify: false });
  });

  it('reads the files once for calls within a minute', async () => {
    const { connection, clock, reads } = connect();

    await connection.credentials({ refresh: false });
    await clock.advance(59_999);
    await connection.credentials({ refresh: false });

    expect(reads).toHaveLength(2);
  });

  it.each([
    { name: 'a minute later', passed: 60_000, refresh: false },
    { name: 'at once when asked to refresh', passed: 0, refresh: true },
  ])('picks up a rotated token $name', async ({ passed, refresh }) => {
    const { connection, clock, files } = connect();
    await connection.credentials({ refresh: false });

    files['token'] = 'token-2';
    await clock.advance(passed);
    const { headers } = await connection.credentials({ refresh });

    expect(headers).toEqual({ Authorization: 'Bearer token-2' });
  });

  it('keeps the TLS identity the same object while only the token changes', async () => {
    const { connection, files } = connect();
    const before = await connection.credentials({ refresh: false });

    files['token'] = 'token-2';
    const after = await connection.credentials({ refresh: true });

    expect(after.tls).toBe(before.tls);
  });

  it('gives a new TLS identity when the CA changed', async () => {
    const { connection, files } = connect();
    const before = await connection.credentials({ refresh: false });

    files['ca.crt'] = 'CA 2';
    const after = await connection.credentials({ refresh: true });

    expect(after.tls).not.toBe(before.tls);
    expect(after.tls.ca).toBe('CA 2');
  });

  it('reads once for many callers at the same time', async () => {
    const { connection, reads } = connect();

    await Promise.all(Array.from({ length: 50 }, () => connection.credentials({ refresh: false })));

    expect(reads).toHaveLength(2);
  });

  it.each([
    { name: 'cannot be read', broken: new Error('EIO') },
    { name: 'is empty', broken: '' },
  ])('goes on with the last token when its file $name for a moment', async ({ broken }) => {
    const { connection, files } = connect();
    await connection.credentials({ refresh: false });

    files['token'] = broken;
    const { headers } = await connection.credentials({ refresh: true });

    expect(headers).toEqual({ Authorization: 'Bearer token-1' });
  });

  it('fails with a sentence when there never was a token', async () => {
    const { connection } = connect({ 'ca.crt': 'CA 1' });

    const failing = connection.credentials({ refresh: false });

    await expect(failing).rejects.toMatchObject({
      code: 'Credentials',
      message: expect.stringContaining('Could not read the credentials for the API server: ENOENT'),
    });
  });

  it('tries again after it failed', async () => {
    const { connection, files } = connect({ 'ca.crt': 'CA 1' });
    await expect(connection.credentials({ refresh: false })).rejects.toThrow('ENOENT');

    files['token'] = 'late';
    const { headers } = await connection.credentials({ refresh: false });

    expect(headers).toEqual({ Authorization: 'Bearer late' });
  });
});
