import type { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { KubeError, messageOf } from '../errors.ts';
import { cachedCredentials } from './cached.ts';
import type { Credentials, KubeConnection } from './connection.ts';

/** Which kubeconfig to read. Without `path`: `$KUBECONFIG`, then `~/.kube/config`, as kubectl does. */
export interface KubeconfigOptions {
  readonly path?: string;
  readonly context?: string;
  readonly clock?: Clock;
}

/**
 * The API server of a kubeconfig, with any of its kinds of user (certificate, token, exec plugin). A refresh reads the file again and
 * runs an exec plugin again.
 *
 * @throws KubeError `Credentials` when there is no kubeconfig, it names no cluster, or it needs what we do not speak.
 */
export async function kubeconfigConnection(options: KubeconfigOptions = {}): Promise<KubeConnection> {
  // Note: loaded only here. The package costs over 30 MB of memory, which pods that use their mounted token must not pay.
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const load = (): KubeConfig => loadConfig(new Config(), options);

  let config = load();
  const server = serverOf(config);
  const read = async ({ refresh }: { refresh: boolean }): Promise<Credentials> => {
    if (refresh) config = load();
    return credentialsOf(config);
  };
  return { server, credentials: cachedCredentials(read, options.clock ?? systemClock) };
}

function loadConfig(config: KubeConfig, { path, context }: KubeconfigOptions): KubeConfig {
  try {
    if (path === undefined) {
      config.loadFromDefault();
    } else {
      config.loadFromFile(path);
    }
  } catch (error) {
    throw refusal(`Could not read the kubeconfig: ${messageOf(error)}`, error);
  }
  if (context !== undefined) {
    if (!config.getContexts().some((known) => known.name === context)) {
      throw refusal(`The kubeconfig has no context "${context}"; see kubectl config get-contexts`);
    }
    config.setCurrentContext(context);
  }
  return config;
}

function serverOf(config: KubeConfig): URL {
  const cluster = config.getCurrentCluster();
  // Without any kubeconfig, client-node makes one up that points at http://localhost:8080.
  if (cluster === null || cluster.server === 'http://localhost:8080') {
    throw refusal('Found no kubeconfig: set KUBECONFIG, or create ~/.kube/config');
  }
  const server = new URL(cluster.server);
  if (server.protocol !== 'https:') {
    throw refusal(`The kubeconfig's server ${cluster.server} is not https; only https is supported`);
  }
  if (cluster.proxyUrl !== undefined && cluster.proxyUrl !== '') {
    throw refusal('The kubeconfig sets proxy-url, which is not supported; reach the API server directly');
  }
  return server;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  if (options.auth !== undefined && options.auth !== null) {
    throw refusal('The kubeconfig uses a user name and password, which no supported API server accepts');
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name] = value;
  }
  return {
    tls: {
      ...(isPem(options.ca) ? { ca: options.ca.toString() } : {}),
      ...(isPem(options.cert) ? { cert: options.cert.toString() } : {}),
      ...(isPem(options.key) ? { key: options.key.toString() } : {}),
      ...(options.servername === undefined ? {} : { servername: options.servername }),
      insecureSkipVerify: options.rejectUnauthorized === false,
    },
    headers,
  };
}

/** client-node hands out strings and Buffers; as text they can be compared. */
function isPem(value: unknown): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

function refusal(message: string, cause?: unknown): KubeError {
  return new KubeError(message, { code: 'Credentials', cause });
}
