import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { kubeconfigConnection } from '../../../src/kube/credentials/kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('kubeconfigConnection', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatewaypool-kubeconfig-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  async function kubeconfig(cluster: object, user: object): Promise<string> {
    const path = join(directory, 'config');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(path, stringify(config));
    return path;
  }

  it('takes a client certificate and a CA that are embedded', async () => {
    const path = await kubeconfig(
      { server: 'https://api.example:6443/k8s/clusters/c-1', 'certificate-authority-data': base64('CA') },
      { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
    );

    const connection = await kubeconfigConnection({ path });
    const { tls, headers } = await connection.credentials({ refresh: false });

    expect(connection.server.href).toBe('https://api.example:6443/k8s/clusters/c-1');
    expect(tls).toEqual({ ca: 'CA', cert: 'CERT', key: 'KEY', insecureSkipVerify: false });
    expect(headers).toEqual({});
  });

  it('takes a token, another server name, an impersonated user and a server that is not to be verified', async () => {
    const path = await kubeconfig(
      { server: 'https://api.example', 'insecure-skip-tls-verify': true, 'tls-server-name': 'kubernetes' },
      { token: 'secret-token', as: 'alice' },
    );

    const connection = await kubeconfigConnection({ path });
    const { tls, headers } = await connection.credentials({ refresh: false });

    expect(tls).toEqual({ servername: 'kubernetes', insecureSkipVerify: true });
    expect(headers).toEqual({ Authorization: 'Bearer secret-token', 'Impersonate-User': 'alice' });
  });

  it('runs an exec plugin, and again for a refresh', async () => {
    const plugin = join(directory, 'plugin.sh');
    const counter = join(directory, 'runs');
    const credential =
      '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"run-%s"}}';
    await writeFile(plugin, `#!/bin/sh\necho x >> ${counter}\nprintf '${credential}' "$(wc -l < ${counter})"\n`);
    await chmod(plugin, 0o700);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    const path = await kubeconfig({ server: 'https://api.example' }, { exec });

    const connection = await kubeconfigConnection({ path });
    const first = await connection.credentials({ refresh: false });
    const again = await connection.credentials({ refresh: false });
    const refreshed = await connection.credentials({ refresh: true });

    expect(first.headers).toEqual({ Authorization: 'Bearer run-1' });
    expect(again.headers).toEqual({ Authorization: 'Bearer run-1' });
    expect(refreshed.headers).toEqual({ Authorization: 'Bearer run-2' });
  });

  it('reads a rotated token from the file on a refresh', async () => {
    const path = await kubeconfig({ server: 'https://api.example' }, { token: 'old' });
    const connection = await kubeconfigConnection({ path });

    await kubeconfig({ server: 'https://api.example' }, { token: 'new' });
    const { headers } = await connection.credentials({ refresh: true });

    expect(headers).toEqual({ Authorization: 'Bearer new' });
  });

  it.each([
    {
      name: 'a server without TLS',
      cluster: { server: 'http://api.example' },
      says: 'http://api.example is not https; only https is supported',
    },
    {
      name: 'a proxy',
      cluster: { server: 'https://api.example', 'proxy-url': 'http://proxy.example' },
      says: 'sets proxy-url, which is not supported',
    },
  ])('refuses $name', async ({ cluster, says }) => {
    const path = await kubeconfig(cluster, { token: 't' });

    await expect(kubeconfigConnection({ path })).rejects.toMatchObject({
      code: 'Credentials',
      message: expect.stringContaining(says),
    });
  });

  it('refuses a context that does not exist', async () => {
    const path = await kubeconfig({ server: 'https://api.example' }, { token: 't' });

    await expect(kubeconfigConnection({ path, context: 'elsewhere' })).rejects.toThrow('has no context "elsewhere"');
  });

  it('says that a file is missing, in place of trying http://localhost:8080', async () => {
    const path = join(directory, 'missing');

    await expect(kubeconfigConnection({ path })).rejects.toMatchObject({
      code: 'Credentials',
      message: expect.stringContaining('Could not read the kubeconfig'),
    });
  });
});
