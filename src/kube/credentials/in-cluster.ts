import { readFile as readFileFromDisk } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { KubeError } from '../errors.ts';
import { cachedCredentials } from './cached.ts';
import type { Credentials, KubeConnection } from './connection.ts';

/** Reads a text file. A parameter, so that tests rotate tokens without a disk. */
export type ReadTextFile = (path: string) => Promise<string>;

/** Where the kubelet mounts them: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The API server as a pod sees it. Token and CA are re-read once a minute, and at once after a 401 or an untrusted certificate. */
export function inClusterConnection(
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadTextFile = readTextFile,
  clock: Clock = systemClock,
): KubeConnection {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) {
    throw new KubeError(
      'Could not find the API server: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; run this in a pod, or give a kubeconfig',
      { code: 'Credentials' },
    );
  }

  const read = async (): Promise<Credentials> => {
    const [token, ca] = await Promise.all([
      readFile(`${serviceAccountFolder}/token`),
      readFile(`${serviceAccountFolder}/ca.crt`),
    ]);
    if (token.trim() === '') throw new Error(`${serviceAccountFolder}/token is empty`);
    return { tls: { ca, insecureSkipVerify: false }, headers: { Authorization: `Bearer ${token.trim()}` } };
  };
  const address = host.includes(':') ? `[${host}]` : host;
  return { server: new URL(`https://${address}:${port}/`), credentials: cachedCredentials(read, clock) };
}

function readTextFile(path: string): Promise<string> {
  return readFileFromDisk(path, 'utf8');
}
